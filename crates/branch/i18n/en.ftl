# texts of the lines to branches and of their nodes
