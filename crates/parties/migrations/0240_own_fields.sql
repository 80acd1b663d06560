create table if not exists own_values (
  record_id @id primary key,
  object text not null,
  doc text not null
) @strict;
create index if not exists own_values_object on own_values (object, record_id);
