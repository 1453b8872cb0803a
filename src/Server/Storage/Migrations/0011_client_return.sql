-- Until when an absent client may come back, Unix milliseconds: a gateway that is started again does not know why it is away.
ALTER TABLE sessions ADD COLUMN client_back_by BIGINT;
