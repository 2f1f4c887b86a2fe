"""The addresses of clusters and outages, with their descriptions."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request

from app.api import cluster_shapes as shapes
from app.api.act_routes import (
    ACTING,
    ADMIN,
    NUMBER,
    OF_REPOSITORY,
    OWNER,
    READING,
    REPOSITORY,
    SESSION,
    TOKEN,
    refusals,
)
from app.api.clusters import Clusters
from app.api.openapi import Answer, Body, Operation, Parameter

CLUSTER = Parameter("cluster", "path", "The cluster's id.", NUMBER, is_required=True)
OUTAGE = Parameter("outage", "path", "The outage's id.", NUMBER, is_required=True)
Endpoint = Callable[[Request], Any]
PAGE = Parameter(
    "page", "query", "Which page, from 1.", {"type": "integer", "minimum": 1, "default": 1}
)


def operations(clusters: Clusters) -> tuple[Operation, ...]:
    """All of them."""
    return (*_of_clusters(clusters), *_of_outages(clusters))


def _of_clusters(clusters: Clusters) -> tuple[Operation, ...]:
    every, one = f"{REPOSITORY}/clusters", f"{REPOSITORY}/clusters/{{cluster}}"
    listed = Answer(HTTPStatus.OK, "Clusters, those seen last first.", shapes.ClusterList)
    whole = Answer(HTTPStatus.OK, "The cluster as it is now.", shapes.ClusterWhole)
    name, link = f"{one}/name", f"{one}/link"
    return (
        _reading(every, "listClusters", "List what failures say", clusters.listed, PAGE, listed),
        _reading(one, "showCluster", "See all that fails so", clusters.one, CLUSTER, whole),
        _acting(name, "nameCluster", "Call a cluster so", clusters.name, shapes.NameAsked),
        _acting(link, "linkCluster", "Link it to an issue", clusters.link, shapes.LinkAsked),
    )


def _of_outages(clusters: Clusters) -> tuple[Operation, ...]:
    every, one = f"{REPOSITORY}/outages", f"{REPOSITORY}/outages/{{outage}}"
    listed = Answer(HTTPStatus.OK, "Outages, the newest first.", shapes.OutageList)
    whole = Answer(HTTPStatus.OK, "The outage and the cases it hit.", shapes.OutageWhole)
    return (
        _reading(every, "listOutages", "List the outages", clusters.outages, PAGE, listed),
        _reading(one, "showOutage", "See what an outage hit", clusters.outage, OUTAGE, whole),
    )


def _reading(
    path: str, name: str, summary: str, endpoint: Endpoint, asked: Parameter, answer: Answer
) -> Operation:
    is_list = asked is PAGE
    bad = (HTTPStatus.BAD_REQUEST,) if is_list else ()
    return Operation(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        description=answer.meaning,
        endpoint=endpoint,
        parameters=[*OF_REPOSITORY, asked, *((OWNER,) if is_list else ())],
        answers=[answer, *refusals(*bad, *READING)],
        security=(TOKEN, ADMIN, SESSION),
    )


def _acting(
    path: str, name: str, summary: str, endpoint: Endpoint, asked: type[BaseModel]
) -> Operation:
    return Operation(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        description="Audited, and undone as other acts are.",
        endpoint=endpoint,
        parameters=[*OF_REPOSITORY, CLUSTER],
        body=Body(
            "What it is to be.", {"application/json": asked.model_json_schema()}, is_required=True
        ),
        answers=[Answer(HTTPStatus.OK, "Done.", shapes.ClusterCalled), *refusals(*ACTING)],
        security=(TOKEN, ADMIN),
    )
