-- branches whose nodes work already
update branch set mode = 'distributed' where mode = 'centralised'
  and id in (select n.branch_id from branch_node n where n.state = 'active');
create table if not exists branch_silence (
  branch_id @id primary key references branch (id),
  -- minutes after which its nodes are silent
  minutes @int not null
) @strict;
