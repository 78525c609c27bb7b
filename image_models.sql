-- For the shell: duckdb -readonly -init image_models.sql image_models.duckdb
.prompt 'image_models> ' '          ... '
.maxwidth 160
.maxrows 40
.print
.print Which image model is best? Three questions to start with:
.print
.print "  from best_models('4090', max_ms := 0.5) select model, img_size, ms, top1, more_top1, more_ms;"
.print "  from upgrades('resnet50.a1_in1k', device := '5090') limit 5;"
.print "  from find_models('convnext base 22k') select model, param_count, license, lacks;"
.print
.print "All functions: from help();   all tables: show tables;   the columns of one, explained:"
.print "  select column_name, comment from duckdb_columns() where table_name = 'models';"
.print
