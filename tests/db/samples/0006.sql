-- A file with two owners, and one that nobody owns.

INSERT INTO file_owner (repo_id, file, owners) VALUES
  (1, 'shop/cart_test.py', '{@acme/cart,ann@example.org}'), (1, 'docs/test_docs.py', '{}');
