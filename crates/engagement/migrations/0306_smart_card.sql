create table if not exists smart_card (
  id @id primary key,
  number text not null unique,
  client_id @id not null references client (id),
  state text not null check (state in ('made', 'active', 'stopped')),
  currency text not null,
  limit_minor @int not null,
  valid_until @int not null,
  offer_id @id,
  offer_minor @int not null default 0,
  offer_rate_bp @int not null default 0,
  offer_until @int,
  profile @int not null,
  profile_at @int not null,
  counted_atc @int not null default 0,
  issued_at @int not null,
  author_id @id references staff (id),
  stopped_at @int,
  stop_reason text not null default '',
  revision @int not null default 1
) @strict;
create index if not exists smart_card_client on smart_card (client_id);
create table if not exists smart_card_profile (
  card_id @id not null references smart_card (id),
  counter @int not null,
  signed @bytes not null,
  at @int not null,
  primary key (card_id, counter)
) @strict;
-- the stop-list: what every desk must know of a card that is taken no more
create table if not exists smart_card_stop (
  number text primary key,
  at @int not null
) @strict;
create table if not exists smart_card_record (
  id @id primary key,
  number text not null,
  atc @int not null,
  link text not null,
  sealed @bytes not null,
  client_id @id references client (id),
  branch_id @id not null references branch (id),
  operation_id @id not null,
  kind text not null check (kind in ('purchase', 'offer', 'served')),
  currency text not null,
  amount_minor @int not null,
  at @int not null,
  standing text not null check (standing in ('told', 'accepted', 'held', 'forked')),
  risks text not null default '',
  until_at @int,
  told_at @int not null
) @strict;
create unique index if not exists smart_card_record_place on smart_card_record (number, atc, link);
create index if not exists smart_card_record_client on smart_card_record (client_id, at) where client_id is not null;
create index if not exists smart_card_record_held on smart_card_record (until_at) where standing = 'held';
create index if not exists smart_card_record_operation on smart_card_record (operation_id);
-- what the centre has allowed beyond a card's own limits: one operation of one sum
create table if not exists smart_card_allowance (
  operation_id @id primary key,
  number text not null,
  kind text not null,
  amount_minor @int not null,
  at @int not null
) @strict;
create index if not exists smart_card_allowance_number on smart_card_allowance (number, at);
create table if not exists smart_card_reading (
  id @id primary key,
  visit_id @id references visit (id),
  branch_id @id not null references branch (id),
  client_id @id references client (id),
  number text not null,
  holder text not null,
  profile @int not null,
  atc @int not null,
  link text not null,
  total_minor @int not null,
  signed @bytes not null,
  at @int not null,
  staff_id @id references staff (id)
) @strict;
create index if not exists smart_card_reading_number on smart_card_reading (number, atc);
create index if not exists smart_card_reading_profile on smart_card_reading (number, profile);
create index if not exists smart_card_reading_visit on smart_card_reading (visit_id) where visit_id is not null;
create index if not exists smart_card_reading_client on smart_card_reading (client_id) where client_id is not null;
create table if not exists smart_card_alarm (
  id @id primary key,
  mark text not null,
  number text not null,
  client_id @id references client (id),
  branch_id @id not null references branch (id),
  reason text not null,
  atc @int not null,
  at @int not null,
  staff_id @id references staff (id),
  closed_at @int,
  closed_by @id references staff (id),
  word text not null default ''
) @strict;
create unique index if not exists smart_card_alarm_mark on smart_card_alarm (mark) where closed_at is null;
create index if not exists smart_card_alarm_open on smart_card_alarm (at, id) where closed_at is null;
create index if not exists smart_card_alarm_number on smart_card_alarm (number);
create index if not exists smart_card_alarm_client on smart_card_alarm (client_id) where client_id is not null;
