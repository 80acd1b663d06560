create table if not exists client_merge (
  id @id primary key,
  survivor_id @id not null references client (id),
  loser_id @id not null references client (id),
  ordinal @int not null,
  reason text not null,
  author_id @id,
  at @int not null,
  undone_at @int,
  undone_by @id,
  undo_reason text not null default ''
) @strict;
create unique index if not exists client_merge_standing on client_merge (loser_id) where undone_at is null;
create index if not exists client_merge_survivor on client_merge (survivor_id, ordinal);
create table if not exists client_merge_move (
  id @serial,
  merge_id @id not null references client_merge (id),
  bound text not null,
  row_id @id,
  row_word text not null default '',
  stayed @int not null default 0,
  was_main @int not null default 0
) @strict;
create index if not exists client_merge_move_row on client_merge_move (merge_id, bound, row_id, row_word);
create table if not exists client_merge_field (
  merge_id @id not null references client_merge (id),
  field text not null,
  before text,
  after text,
  before_source text,
  before_author_id @id,
  before_at @int,
  primary key (merge_id, field)
) @clustered;
