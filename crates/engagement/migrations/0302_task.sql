create table if not exists task (
  id @id primary key,
  client_id @id references client (id),
  title text not null,
  title_norm text not null,
  kind text not null check (kind in ('task', 'promise', 'call', 'meeting')),
  due_on text not null,
  due_at @int,
  assignee_id @id not null references staff (id),
  branch_id @id references branch (id),
  created_by @id references staff (id),
  created_at @int not null,
  state text not null check (state in ('open', 'done', 'cancelled')),
  priority @int not null default 2 check (priority between 1 and 3),
  vip @int not null default 0,
  result text not null default '',
  closed_at @int,
  closed_by @id references staff (id),
  postponed @int not null default 0,
  escalation_level @int not null default 0,
  escalated_at @int,
  needs_owner @int not null default 0,
  source_interaction_id @id references interaction (id)
) @strict;
create index if not exists task_assignee_open on task (assignee_id, due_on, id) where state = 'open';
create index if not exists task_assignee_closed on task (assignee_id, due_on, id) where state <> 'open';
create index if not exists task_branch_open on task (branch_id, due_on, id) where state = 'open';
create index if not exists task_open on task (due_on, id) where state = 'open';
create index if not exists task_closed on task (due_on, id) where state <> 'open';
create index if not exists task_client on task (client_id, created_at, id);
create index if not exists task_client_open on task (client_id, due_on, priority, id) where state = 'open';
create index if not exists task_client_closed on task (client_id, closed_at, id) where closed_at is not null;
create index if not exists task_vip_open on task (due_on, id) where state = 'open' and vip = 1;
create index if not exists task_without_owner on task (id) where state = 'open' and needs_owner = 1;
create index if not exists task_escalated on task (id) where state = 'open' and escalation_level > 0;
create index if not exists task_source on task (source_interaction_id) where source_interaction_id is not null;
create table if not exists client_step (
  client_id @id primary key references client (id),
  due_on text,
  task_id @id references task (id),
  last_contact_at @int,
  open_tasks @int not null default 0
) @clustered;
