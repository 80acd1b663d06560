create table if not exists interaction (
  id @id primary key,
  client_id @id not null references client (id),
  at @int not null,
  channel text not null check (channel in
    ('branch', 'phone', 'email', 'meeting', 'letter', 'sms', 'chat', 'web', 'social', 'event', 'note')),
  direction text not null check (direction in ('in', 'out', 'none')),
  topic text not null default '',
  subject text not null default '',
  body text not null default '',
  text_norm text not null default '',
  result text not null default '',
  status text not null default 'done' check (status in ('done', 'missed')),
  author_id @id references staff (id),
  branch_id @id references branch (id),
  waiting_seconds @int,
  handling_seconds @int,
  corrects_id @id references interaction (id),
  source text not null default '',
  external_id text not null default '',
  created_at @int not null
) @strict;
create index if not exists interaction_client on interaction (client_id, at, id);
create unique index if not exists interaction_corrects on interaction (corrects_id) where corrects_id is not null;
