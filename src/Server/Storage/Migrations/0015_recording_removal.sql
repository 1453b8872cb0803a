-- Why a recording is being removed, from the moment that is certain until nothing is left of it: a gateway that is killed in between finishes it.

ALTER TABLE recordings ADD COLUMN removal TEXT;
