"""Settings reach the parts that they are about."""

from pathlib import Path

from cryptography.fernet import Fernet

from app.core.reports import Limits
from app.settings import isolated
from app.wiring import wired

MB = 1024 * 1024


def test_the_limits_of_reports_are_settings(tmp_path: Path) -> None:
    settings = isolated(
        tmp_path,
        database_url="postgresql://nowhere.invalid/flakeguard",
        redis_url="redis://nowhere.invalid",
        secret_keys=Fernet.generate_key().decode(),
        report_max_mb=3,
        report_max_cases=40,
        archive_max_mb=5,
        archive_max_files=60,
        report_max_depth=70,
        report_max_tag_mb=8,
        report_max_value_mb=9,
        archive_max_nested=1,
        archive_max_ratio=20,
    )

    with wired(settings) as parts:
        limits = parts.limits
        of_tasks = parts.context.limits

    assert limits == Limits(
        max_bytes=3 * MB,
        max_cases=40,
        max_archive_bytes=5 * MB,
        max_entries=60,
        max_depth=70,
        max_token=8 * MB,
        max_item=9 * MB,
        max_nested=1,
        max_ratio=20,
    )
    assert of_tasks == limits


def test_without_settings_the_limits_are_those_of_the_readers(tmp_path: Path) -> None:
    settings = isolated(
        tmp_path,
        database_url="postgresql://nowhere.invalid/flakeguard",
        redis_url="redis://nowhere.invalid",
        secret_keys=Fernet.generate_key().decode(),
    )

    with wired(settings) as parts:
        assert parts.limits == Limits()
