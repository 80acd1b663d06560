-- what was done of a script in a visit and what was left out, in the words the clerk was shown; the client is the visit's
create table if not exists visit_step (
  id @id primary key,
  visit_id @id not null references visit (id),
  branch_id @id not null references branch (id),
  client_id @id references client (id),
  script text not null,
  place @int not null,
  step text not null,
  outcome text not null check (outcome in ('done', 'left_out')),
  reason text not null default '',
  clerk_id @id not null references staff (id),
  at @int not null
) @strict;
create index if not exists visit_step_visit on visit_step (visit_id, script, place);
create index if not exists visit_step_left on visit_step (at, id) where outcome = 'left_out';
create index if not exists visit_step_client on visit_step (client_id, at) where client_id is not null;
