-- A run whose workflow's file is known, and a job of the name that another workflow had first.

UPDATE run SET workflow_path = '.github/workflows/ci.yml' WHERE workflow = 'CI';
INSERT INTO variant (repo_id, variant, line, told, workflow, workflow_path) VALUES
  (1, 'nightly / test', 'default', 'test', 'nightly', '.github/workflows/nightly.yml');
