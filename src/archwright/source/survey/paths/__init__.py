"""Operations walked path by path: what runs for whom, in which transaction, under which limit of time."""
