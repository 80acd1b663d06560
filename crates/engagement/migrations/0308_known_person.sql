-- who is known at every desk because he speaks for an important company: what he is called and what he is due
create table if not exists known_person (
  person_id @id primary key references client (id),
  name text not null,
  service text not null check (service in ('priority', 'vip'))
) @strict;
-- by what he is found, exactly and not otherwise: prints of his documents, phones and name
create table if not exists known_person_print (
  print @bytes not null,
  person_id @id not null references client (id),
  primary key (print, person_id)
) @clustered;
create index if not exists known_person_print_person on known_person_print (person_id);
-- whom a desk has recognised that may have no copy of him
create table if not exists visit_known (
  visit_id @id primary key references visit (id),
  person_id @id not null references client (id)
) @strict;
create index if not exists visit_known_person on visit_known (person_id);
