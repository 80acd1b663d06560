create table if not exists circle_main (
  circle_id @id primary key references client (id),
  member_id @id not null references client (id),
  author_id @id,
  at @int not null
) @strict;
create index if not exists circle_main_member on circle_main (member_id);
