-- A repository that is archived.

UPDATE repository SET is_archived = true;
