-- A report that ends early.

UPDATE report SET is_partial = true;
