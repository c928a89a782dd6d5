// What every PostgreSQL 18 brings along: its system relations, their columns, its functions and types, as the catalogue queries
// of the gateway read them. Policy cases are judged against these and the tables the cases name, so that no server is needed.
// Generated: test/unit/policy-builtin.test.ts compares it with a real server, and writes it when UPDATE_BUILTIN_CATALOG is set.
export const BUILTIN_CATALOG = `
@relations oid schema name kind has_rules has_triggers row_security
112 pg_catalog pg_foreign_data_wrapper_oid_index i f f f
113 pg_catalog pg_foreign_server_oid_index i f f f
174 pg_catalog pg_user_mapping_oid_index i f f f
175 pg_catalog pg_user_mapping_user_server_index i f f f
548 pg_catalog pg_foreign_data_wrapper_name_index i f f f
549 pg_catalog pg_foreign_server_name_index i f f f
826 pg_catalog pg_default_acl r f f f
827 pg_catalog pg_default_acl_role_nsp_obj_index i f f f
828 pg_catalog pg_default_acl_oid_index i f f f
1213 pg_catalog pg_tablespace r f f f
1214 pg_catalog pg_shdepend r f f f
1232 pg_catalog pg_shdepend_depender_index i f f f
1233 pg_catalog pg_shdepend_reference_index i f f f
1247 pg_catalog pg_type r f f f
1249 pg_catalog pg_attribute r f f f
1255 pg_catalog pg_proc r f f f
1259 pg_catalog pg_class r f f f
1260 pg_catalog pg_authid r f f f
1261 pg_catalog pg_auth_members r f f f
1262 pg_catalog pg_database r f f f
1417 pg_catalog pg_foreign_server r f f f
1418 pg_catalog pg_user_mapping r f f f
2187 pg_catalog pg_inherits_parent_index i f f f
2224 pg_catalog pg_sequence r f f f
2228 pg_catalog pg_range_rngmultitypid_index i f f f
2328 pg_catalog pg_foreign_data_wrapper r f f f
2396 pg_catalog pg_shdescription r f f f
2397 pg_catalog pg_shdescription_o_c_index i f f f
2579 pg_catalog pg_constraint_conparentid_index i f f f
2600 pg_catalog pg_aggregate r f f f
2601 pg_catalog pg_am r f f f
2602 pg_catalog pg_amop r f f f
2603 pg_catalog pg_amproc r f f f
2604 pg_catalog pg_attrdef r f f f
2605 pg_catalog pg_cast r f f f
2606 pg_catalog pg_constraint r f f f
2607 pg_catalog pg_conversion r f f f
2608 pg_catalog pg_depend r f f f
2609 pg_catalog pg_description r f f f
2610 pg_catalog pg_index r f f f
2611 pg_catalog pg_inherits r f f f
2612 pg_catalog pg_language r f f f
2613 pg_catalog pg_largeobject r f f f
2615 pg_catalog pg_namespace r f f f
2616 pg_catalog pg_opclass r f f f
2617 pg_catalog pg_operator r f f f
2618 pg_catalog pg_rewrite r f f f
2619 pg_catalog pg_statistic r f f f
2620 pg_catalog pg_trigger r f f f
2650 pg_catalog pg_aggregate_fnoid_index i f f f
2651 pg_catalog pg_am_name_index i f f f
2652 pg_catalog pg_am_oid_index i f f f
2653 pg_catalog pg_amop_fam_strat_index i f f f
2654 pg_catalog pg_amop_opr_fam_index i f f f
2655 pg_catalog pg_amproc_fam_proc_index i f f f
2656 pg_catalog pg_attrdef_adrelid_adnum_index i f f f
2657 pg_catalog pg_attrdef_oid_index i f f f
2658 pg_catalog pg_attribute_relid_attnam_index i f f f
2659 pg_catalog pg_attribute_relid_attnum_index i f f f
2660 pg_catalog pg_cast_oid_index i f f f
2661 pg_catalog pg_cast_source_target_index i f f f
2662 pg_catalog pg_class_oid_index i f f f
2663 pg_catalog pg_class_relname_nsp_index i f f f
2664 pg_catalog pg_constraint_conname_nsp_index i f f f
2665 pg_catalog pg_constraint_conrelid_contypid_conname_index i f f f
2666 pg_catalog pg_constraint_contypid_index i f f f
2667 pg_catalog pg_constraint_oid_index i f f f
2668 pg_catalog pg_conversion_default_index i f f f
2669 pg_catalog pg_conversion_name_nsp_index i f f f
2670 pg_catalog pg_conversion_oid_index i f f f
2671 pg_catalog pg_database_datname_index i f f f
2672 pg_catalog pg_database_oid_index i f f f
2673 pg_catalog pg_depend_depender_index i f f f
2674 pg_catalog pg_depend_reference_index i f f f
2675 pg_catalog pg_description_o_c_o_index i f f f
2676 pg_catalog pg_authid_rolname_index i f f f
2677 pg_catalog pg_authid_oid_index i f f f
2678 pg_catalog pg_index_indrelid_index i f f f
2679 pg_catalog pg_index_indexrelid_index i f f f
2680 pg_catalog pg_inherits_relid_seqno_index i f f f
2681 pg_catalog pg_language_name_index i f f f
2682 pg_catalog pg_language_oid_index i f f f
2683 pg_catalog pg_largeobject_loid_pn_index i f f f
2684 pg_catalog pg_namespace_nspname_index i f f f
2685 pg_catalog pg_namespace_oid_index i f f f
2686 pg_catalog pg_opclass_am_name_nsp_index i f f f
2687 pg_catalog pg_opclass_oid_index i f f f
2688 pg_catalog pg_operator_oid_index i f f f
2689 pg_catalog pg_operator_oprname_l_r_n_index i f f f
2690 pg_catalog pg_proc_oid_index i f f f
2691 pg_catalog pg_proc_proname_args_nsp_index i f f f
2692 pg_catalog pg_rewrite_oid_index i f f f
2693 pg_catalog pg_rewrite_rel_rulename_index i f f f
2694 pg_catalog pg_auth_members_role_member_index i f f f
2695 pg_catalog pg_auth_members_member_role_index i f f f
2696 pg_catalog pg_statistic_relid_att_inh_index i f f f
2697 pg_catalog pg_tablespace_oid_index i f f f
2698 pg_catalog pg_tablespace_spcname_index i f f f
2699 pg_catalog pg_trigger_tgconstraint_index i f f f
2701 pg_catalog pg_trigger_tgrelid_tgname_index i f f f
2702 pg_catalog pg_trigger_oid_index i f f f
2703 pg_catalog pg_type_oid_index i f f f
2704 pg_catalog pg_type_typname_nsp_index i f f f
2753 pg_catalog pg_opfamily r f f f
2754 pg_catalog pg_opfamily_am_name_nsp_index i f f f
2755 pg_catalog pg_opfamily_oid_index i f f f
2756 pg_catalog pg_amop_oid_index i f f f
2757 pg_catalog pg_amproc_oid_index i f f f
2964 pg_catalog pg_db_role_setting r f f f
2965 pg_catalog pg_db_role_setting_databaseid_rol_index i f f f
2995 pg_catalog pg_largeobject_metadata r f f f
2996 pg_catalog pg_largeobject_metadata_oid_index i f f f
3079 pg_catalog pg_extension r f f f
3080 pg_catalog pg_extension_oid_index i f f f
3081 pg_catalog pg_extension_name_index i f f f
3085 pg_catalog pg_collation_oid_index i f f f
3118 pg_catalog pg_foreign_table r f f f
3119 pg_catalog pg_foreign_table_relid_index i f f f
3164 pg_catalog pg_collation_name_enc_nsp_index i f f f
3256 pg_catalog pg_policy r f f f
3257 pg_catalog pg_policy_oid_index i f f f
3258 pg_catalog pg_policy_polrelid_polname_index i f f f
3350 pg_catalog pg_partitioned_table r f f f
3351 pg_catalog pg_partitioned_table_partrelid_index i f f f
3379 pg_catalog pg_statistic_ext_relid_index i f f f
3380 pg_catalog pg_statistic_ext_oid_index i f f f
3381 pg_catalog pg_statistic_ext r f f f
3394 pg_catalog pg_init_privs r f f f
3395 pg_catalog pg_init_privs_o_c_o_index i f f f
3429 pg_catalog pg_statistic_ext_data r f f f
3433 pg_catalog pg_statistic_ext_data_stxoid_inh_index i f f f
3455 pg_catalog pg_class_tblspc_relfilenode_index i f f f
3456 pg_catalog pg_collation r f f f
3466 pg_catalog pg_event_trigger r f f f
3467 pg_catalog pg_event_trigger_evtname_index i f f f
3468 pg_catalog pg_event_trigger_oid_index i f f f
3501 pg_catalog pg_enum r f f f
3502 pg_catalog pg_enum_oid_index i f f f
3503 pg_catalog pg_enum_typid_label_index i f f f
3534 pg_catalog pg_enum_typid_sortorder_index i f f f
3541 pg_catalog pg_range r f f f
3542 pg_catalog pg_range_rngtypid_index i f f f
3574 pg_catalog pg_transform_oid_index i f f f
3575 pg_catalog pg_transform_type_lang_index i f f f
3576 pg_catalog pg_transform r f f f
3592 pg_catalog pg_shseclabel r f f f
3593 pg_catalog pg_shseclabel_object_index i f f f
3596 pg_catalog pg_seclabel r f f f
3597 pg_catalog pg_seclabel_object_index i f f f
3600 pg_catalog pg_ts_dict r f f f
3601 pg_catalog pg_ts_parser r f f f
3602 pg_catalog pg_ts_config r f f f
3603 pg_catalog pg_ts_config_map r f f f
3604 pg_catalog pg_ts_dict_dictname_index i f f f
3605 pg_catalog pg_ts_dict_oid_index i f f f
3606 pg_catalog pg_ts_parser_prsname_index i f f f
3607 pg_catalog pg_ts_parser_oid_index i f f f
3608 pg_catalog pg_ts_config_cfgname_index i f f f
3609 pg_catalog pg_ts_config_map_index i f f f
3712 pg_catalog pg_ts_config_oid_index i f f f
3764 pg_catalog pg_ts_template r f f f
3766 pg_catalog pg_ts_template_tmplname_index i f f f
3767 pg_catalog pg_ts_template_oid_index i f f f
3997 pg_catalog pg_statistic_ext_name_index i f f f
5002 pg_catalog pg_sequence_seqrelid_index i f f f
6000 pg_catalog pg_replication_origin r f f f
6001 pg_catalog pg_replication_origin_roiident_index i f f f
6002 pg_catalog pg_replication_origin_roname_index i f f f
6100 pg_catalog pg_subscription r f f f
6102 pg_catalog pg_subscription_rel r f f f
6104 pg_catalog pg_publication r f f f
6106 pg_catalog pg_publication_rel r f f f
6110 pg_catalog pg_publication_oid_index i f f f
6111 pg_catalog pg_publication_pubname_index i f f f
6112 pg_catalog pg_publication_rel_oid_index i f f f
6113 pg_catalog pg_publication_rel_prrelid_prpubid_index i f f f
6114 pg_catalog pg_subscription_oid_index i f f f
6115 pg_catalog pg_subscription_subname_index i f f f
6116 pg_catalog pg_publication_rel_prpubid_index i f f f
6117 pg_catalog pg_subscription_rel_srrelid_srsubid_index i f f f
6237 pg_catalog pg_publication_namespace r f f f
6238 pg_catalog pg_publication_namespace_oid_index i f f f
6239 pg_catalog pg_publication_namespace_pnnspid_pnpubid_index i f f f
6243 pg_catalog pg_parameter_acl r f f f
6246 pg_catalog pg_parameter_acl_parname_index i f f f
6247 pg_catalog pg_parameter_acl_oid_index i f f f
6302 pg_catalog pg_auth_members_grantor_index i f f f
6303 pg_catalog pg_auth_members_oid_index i f f f
12000 pg_catalog pg_roles v f f f
12005 pg_catalog pg_shadow v f f f
12010 pg_catalog pg_group v f f f
12014 pg_catalog pg_user v f f f
12018 pg_catalog pg_policies v f f f
12023 pg_catalog pg_rules v f f f
12028 pg_catalog pg_views v f f f
12033 pg_catalog pg_tables v f f f
12038 pg_catalog pg_matviews v f f f
12043 pg_catalog pg_indexes v f f f
12048 pg_catalog pg_sequences v f f f
12053 pg_catalog pg_stats v f f f
12058 pg_catalog pg_stats_ext v f f f
12063 pg_catalog pg_stats_ext_exprs v f f f
12068 pg_catalog pg_publication_tables v f f f
12073 pg_catalog pg_locks v f f f
12077 pg_catalog pg_cursors v f f f
12081 pg_catalog pg_available_extensions v f f f
12085 pg_catalog pg_available_extension_versions v f f f
12090 pg_catalog pg_prepared_xacts v f f f
12095 pg_catalog pg_prepared_statements v f f f
12099 pg_catalog pg_seclabels v f f f
12104 pg_catalog pg_settings v t f f
12110 pg_catalog pg_file_settings v f f f
12114 pg_catalog pg_hba_file_rules v f f f
12118 pg_catalog pg_ident_file_mappings v f f f
12122 pg_catalog pg_timezone_abbrevs v f f f
12126 pg_catalog pg_timezone_names v f f f
12130 pg_catalog pg_config v f f f
12134 pg_catalog pg_shmem_allocations v f f f
12138 pg_catalog pg_shmem_allocations_numa v f f f
12142 pg_catalog pg_backend_memory_contexts v f f f
12146 pg_catalog pg_stat_all_tables v f f f
12151 pg_catalog pg_stat_xact_all_tables v f f f
12156 pg_catalog pg_stat_sys_tables v f f f
12161 pg_catalog pg_stat_xact_sys_tables v f f f
12165 pg_catalog pg_stat_user_tables v f f f
12170 pg_catalog pg_stat_xact_user_tables v f f f
12174 pg_catalog pg_statio_all_tables v f f f
12179 pg_catalog pg_statio_sys_tables v f f f
12183 pg_catalog pg_statio_user_tables v f f f
12187 pg_catalog pg_stat_all_indexes v f f f
12192 pg_catalog pg_stat_sys_indexes v f f f
12196 pg_catalog pg_stat_user_indexes v f f f
12200 pg_catalog pg_statio_all_indexes v f f f
12205 pg_catalog pg_statio_sys_indexes v f f f
12209 pg_catalog pg_statio_user_indexes v f f f
12213 pg_catalog pg_statio_all_sequences v f f f
12218 pg_catalog pg_statio_sys_sequences v f f f
12222 pg_catalog pg_statio_user_sequences v f f f
12226 pg_catalog pg_stat_activity v f f f
12231 pg_catalog pg_stat_replication v f f f
12236 pg_catalog pg_stat_slru v f f f
12240 pg_catalog pg_stat_wal_receiver v f f f
12244 pg_catalog pg_stat_recovery_prefetch v f f f
12248 pg_catalog pg_stat_subscription v f f f
12253 pg_catalog pg_stat_ssl v f f f
12257 pg_catalog pg_stat_gssapi v f f f
12261 pg_catalog pg_replication_slots v f f f
12266 pg_catalog pg_stat_replication_slots v f f f
12270 pg_catalog pg_stat_database v f f f
12275 pg_catalog pg_stat_database_conflicts v f f f
12279 pg_catalog pg_stat_user_functions v f f f
12284 pg_catalog pg_stat_xact_user_functions v f f f
12289 pg_catalog pg_stat_archiver v f f f
12293 pg_catalog pg_stat_bgwriter v f f f
12297 pg_catalog pg_stat_checkpointer v f f f
12301 pg_catalog pg_stat_io v f f f
12305 pg_catalog pg_stat_wal v f f f
12309 pg_catalog pg_stat_progress_analyze v f f f
12314 pg_catalog pg_stat_progress_vacuum v f f f
12319 pg_catalog pg_stat_progress_cluster v f f f
12324 pg_catalog pg_stat_progress_create_index v f f f
12329 pg_catalog pg_stat_progress_basebackup v f f f
12333 pg_catalog pg_stat_progress_copy v f f f
12338 pg_catalog pg_user_mappings v f f f
12343 pg_catalog pg_replication_origin_status v f f f
12347 pg_catalog pg_stat_subscription_stats v f f f
12351 pg_catalog pg_wait_events v f f f
12355 pg_catalog pg_aios v f f f
13164 information_schema information_schema_catalog_name v f f f
13173 information_schema applicable_roles v f f f
13178 information_schema administrable_role_authorizations v f f f
13182 information_schema attributes v f f f
13187 information_schema character_sets v f f f
13192 information_schema check_constraint_routine_usage v f f f
13197 information_schema check_constraints v f f f
13202 information_schema collations v f f f
13207 information_schema collation_character_set_applicability v f f f
13212 information_schema column_column_usage v f f f
13217 information_schema column_domain_usage v f f f
13222 information_schema column_privileges v f f f
13227 information_schema column_udt_usage v f f f
13232 information_schema columns v f f f
13237 information_schema constraint_column_usage v f f f
13242 information_schema constraint_table_usage v f f f
13247 information_schema domain_constraints v f f f
13252 information_schema domain_udt_usage v f f f
13256 information_schema domains v f f f
13261 information_schema enabled_roles v f f f
13265 information_schema key_column_usage v f f f
13270 information_schema parameters v f f f
13275 information_schema referential_constraints v f f f
13280 information_schema role_column_grants v f f f
13284 information_schema routine_column_usage v f f f
13289 information_schema routine_privileges v f f f
13294 information_schema role_routine_grants v f f f
13298 information_schema routine_routine_usage v f f f
13303 information_schema routine_sequence_usage v f f f
13308 information_schema routine_table_usage v f f f
13313 information_schema routines v f f f
13318 information_schema schemata v f f f
13322 information_schema sequences v f f f
13327 information_schema sql_features r f f f
13332 information_schema sql_implementation_info r f f f
13337 information_schema sql_parts r f f f
13342 information_schema sql_sizing r f f f
13347 information_schema table_constraints v f f f
13352 information_schema table_privileges v f f f
13357 information_schema role_table_grants v f f f
13361 information_schema tables v f f f
13366 information_schema transforms v f f f
13371 information_schema triggered_update_columns v f f f
13376 information_schema triggers v f f f
13381 information_schema udt_privileges v f f f
13386 information_schema role_udt_grants v f f f
13390 information_schema usage_privileges v f f f
13395 information_schema role_usage_grants v f f f
13399 information_schema user_defined_types v f f f
13404 information_schema view_column_usage v f f f
13409 information_schema view_routine_usage v f f f
13414 information_schema view_table_usage v f f f
13419 information_schema views v f f f
13424 information_schema data_type_privileges v f f f
13429 information_schema element_types v f f f
13434 information_schema _pg_foreign_table_columns v f f f
13439 information_schema column_options v f f f
13443 information_schema _pg_foreign_data_wrappers v f f f
13447 information_schema foreign_data_wrapper_options v f f f
13451 information_schema foreign_data_wrappers v f f f
13455 information_schema _pg_foreign_servers v f f f
13459 information_schema foreign_server_options v f f f
13463 information_schema foreign_servers v f f f
13467 information_schema _pg_foreign_tables v f f f
13472 information_schema foreign_table_options v f f f
13476 information_schema foreign_tables v f f f
13480 information_schema _pg_user_mappings v f f f
13485 information_schema user_mapping_options v f f f
13490 information_schema user_mappings v f f f
@columns relation number name type
826 1 oid 26
826 2 defaclrole 26
826 3 defaclnamespace 26
826 4 defaclobjtype 18
826 5 defaclacl 1034
1213 1 oid 26
1213 2 spcname 19
1213 3 spcowner 26
1213 4 spcacl 1034
1213 5 spcoptions 1009
1214 1 dbid 26
1214 2 classid 26
1214 3 objid 26
1214 4 objsubid 23
1214 5 refclassid 26
1214 6 refobjid 26
1214 7 deptype 18
1247 1 oid 26
1247 2 typname 19
1247 3 typnamespace 26
1247 4 typowner 26
1247 5 typlen 21
1247 6 typbyval 16
1247 7 typtype 18
1247 8 typcategory 18
1247 9 typispreferred 16
1247 10 typisdefined 16
1247 11 typdelim 18
1247 12 typrelid 26
1247 13 typsubscript 24
1247 14 typelem 26
1247 15 typarray 26
1247 16 typinput 24
1247 17 typoutput 24
1247 18 typreceive 24
1247 19 typsend 24
1247 20 typmodin 24
1247 21 typmodout 24
1247 22 typanalyze 24
1247 23 typalign 18
1247 24 typstorage 18
1247 25 typnotnull 16
1247 26 typbasetype 26
1247 27 typtypmod 23
1247 28 typndims 23
1247 29 typcollation 26
1247 30 typdefaultbin 194
1247 31 typdefault 25
1247 32 typacl 1034
1249 1 attrelid 26
1249 2 attname 19
1249 3 atttypid 26
1249 4 attlen 21
1249 5 attnum 21
1249 6 atttypmod 23
1249 7 attndims 21
1249 8 attbyval 16
1249 9 attalign 18
1249 10 attstorage 18
1249 11 attcompression 18
1249 12 attnotnull 16
1249 13 atthasdef 16
1249 14 atthasmissing 16
1249 15 attidentity 18
1249 16 attgenerated 18
1249 17 attisdropped 16
1249 18 attislocal 16
1249 19 attinhcount 21
1249 20 attcollation 26
1249 21 attstattarget 21
1249 22 attacl 1034
1249 23 attoptions 1009
1249 24 attfdwoptions 1009
1249 25 attmissingval 2277
1255 1 oid 26
1255 2 proname 19
1255 3 pronamespace 26
1255 4 proowner 26
1255 5 prolang 26
1255 6 procost 700
1255 7 prorows 700
1255 8 provariadic 26
1255 9 prosupport 24
1255 10 prokind 18
1255 11 prosecdef 16
1255 12 proleakproof 16
1255 13 proisstrict 16
1255 14 proretset 16
1255 15 provolatile 18
1255 16 proparallel 18
1255 17 pronargs 21
1255 18 pronargdefaults 21
1255 19 prorettype 26
1255 20 proargtypes 30
1255 21 proallargtypes 1028
1255 22 proargmodes 1002
1255 23 proargnames 1009
1255 24 proargdefaults 194
1255 25 protrftypes 1028
1255 26 prosrc 25
1255 27 probin 25
1255 28 prosqlbody 194
1255 29 proconfig 1009
1255 30 proacl 1034
1259 1 oid 26
1259 2 relname 19
1259 3 relnamespace 26
1259 4 reltype 26
1259 5 reloftype 26
1259 6 relowner 26
1259 7 relam 26
1259 8 relfilenode 26
1259 9 reltablespace 26
1259 10 relpages 23
1259 11 reltuples 700
1259 12 relallvisible 23
1259 13 relallfrozen 23
1259 14 reltoastrelid 26
1259 15 relhasindex 16
1259 16 relisshared 16
1259 17 relpersistence 18
1259 18 relkind 18
1259 19 relnatts 21
1259 20 relchecks 21
1259 21 relhasrules 16
1259 22 relhastriggers 16
1259 23 relhassubclass 16
1259 24 relrowsecurity 16
1259 25 relforcerowsecurity 16
1259 26 relispopulated 16
1259 27 relreplident 18
1259 28 relispartition 16
1259 29 relrewrite 26
1259 30 relfrozenxid 28
1259 31 relminmxid 28
1259 32 relacl 1034
1259 33 reloptions 1009
1259 34 relpartbound 194
1260 1 oid 26
1260 2 rolname 19
1260 3 rolsuper 16
1260 4 rolinherit 16
1260 5 rolcreaterole 16
1260 6 rolcreatedb 16
1260 7 rolcanlogin 16
1260 8 rolreplication 16
1260 9 rolbypassrls 16
1260 10 rolconnlimit 23
1260 11 rolpassword 25
1260 12 rolvaliduntil 1184
1261 1 oid 26
1261 2 roleid 26
1261 3 member 26
1261 4 grantor 26
1261 5 admin_option 16
1261 6 inherit_option 16
1261 7 set_option 16
1262 1 oid 26
1262 2 datname 19
1262 3 datdba 26
1262 4 encoding 23
1262 5 datlocprovider 18
1262 6 datistemplate 16
1262 7 datallowconn 16
1262 8 dathasloginevt 16
1262 9 datconnlimit 23
1262 10 datfrozenxid 28
1262 11 datminmxid 28
1262 12 dattablespace 26
1262 13 datcollate 25
1262 14 datctype 25
1262 15 datlocale 25
1262 16 daticurules 25
1262 17 datcollversion 25
1262 18 datacl 1034
1417 1 oid 26
1417 2 srvname 19
1417 3 srvowner 26
1417 4 srvfdw 26
1417 5 srvtype 25
1417 6 srvversion 25
1417 7 srvacl 1034
1417 8 srvoptions 1009
1418 1 oid 26
1418 2 umuser 26
1418 3 umserver 26
1418 4 umoptions 1009
2224 1 seqrelid 26
2224 2 seqtypid 26
2224 3 seqstart 20
2224 4 seqincrement 20
2224 5 seqmax 20
2224 6 seqmin 20
2224 7 seqcache 20
2224 8 seqcycle 16
2328 1 oid 26
2328 2 fdwname 19
2328 3 fdwowner 26
2328 4 fdwhandler 26
2328 5 fdwvalidator 26
2328 6 fdwacl 1034
2328 7 fdwoptions 1009
2396 1 objoid 26
2396 2 classoid 26
2396 3 description 25
2600 1 aggfnoid 24
2600 2 aggkind 18
2600 3 aggnumdirectargs 21
2600 4 aggtransfn 24
2600 5 aggfinalfn 24
2600 6 aggcombinefn 24
2600 7 aggserialfn 24
2600 8 aggdeserialfn 24
2600 9 aggmtransfn 24
2600 10 aggminvtransfn 24
2600 11 aggmfinalfn 24
2600 12 aggfinalextra 16
2600 13 aggmfinalextra 16
2600 14 aggfinalmodify 18
2600 15 aggmfinalmodify 18
2600 16 aggsortop 26
2600 17 aggtranstype 26
2600 18 aggtransspace 23
2600 19 aggmtranstype 26
2600 20 aggmtransspace 23
2600 21 agginitval 25
2600 22 aggminitval 25
2601 1 oid 26
2601 2 amname 19
2601 3 amhandler 24
2601 4 amtype 18
2602 1 oid 26
2602 2 amopfamily 26
2602 3 amoplefttype 26
2602 4 amoprighttype 26
2602 5 amopstrategy 21
2602 6 amoppurpose 18
2602 7 amopopr 26
2602 8 amopmethod 26
2602 9 amopsortfamily 26
2603 1 oid 26
2603 2 amprocfamily 26
2603 3 amproclefttype 26
2603 4 amprocrighttype 26
2603 5 amprocnum 21
2603 6 amproc 24
2604 1 oid 26
2604 2 adrelid 26
2604 3 adnum 21
2604 4 adbin 194
2605 1 oid 26
2605 2 castsource 26
2605 3 casttarget 26
2605 4 castfunc 26
2605 5 castcontext 18
2605 6 castmethod 18
2606 1 oid 26
2606 2 conname 19
2606 3 connamespace 26
2606 4 contype 18
2606 5 condeferrable 16
2606 6 condeferred 16
2606 7 conenforced 16
2606 8 convalidated 16
2606 9 conrelid 26
2606 10 contypid 26
2606 11 conindid 26
2606 12 conparentid 26
2606 13 confrelid 26
2606 14 confupdtype 18
2606 15 confdeltype 18
2606 16 confmatchtype 18
2606 17 conislocal 16
2606 18 coninhcount 21
2606 19 connoinherit 16
2606 20 conperiod 16
2606 21 conkey 1005
2606 22 confkey 1005
2606 23 conpfeqop 1028
2606 24 conppeqop 1028
2606 25 conffeqop 1028
2606 26 confdelsetcols 1005
2606 27 conexclop 1028
2606 28 conbin 194
2607 1 oid 26
2607 2 conname 19
2607 3 connamespace 26
2607 4 conowner 26
2607 5 conforencoding 23
2607 6 contoencoding 23
2607 7 conproc 24
2607 8 condefault 16
2608 1 classid 26
2608 2 objid 26
2608 3 objsubid 23
2608 4 refclassid 26
2608 5 refobjid 26
2608 6 refobjsubid 23
2608 7 deptype 18
2609 1 objoid 26
2609 2 classoid 26
2609 3 objsubid 23
2609 4 description 25
2610 1 indexrelid 26
2610 2 indrelid 26
2610 3 indnatts 21
2610 4 indnkeyatts 21
2610 5 indisunique 16
2610 6 indnullsnotdistinct 16
2610 7 indisprimary 16
2610 8 indisexclusion 16
2610 9 indimmediate 16
2610 10 indisclustered 16
2610 11 indisvalid 16
2610 12 indcheckxmin 16
2610 13 indisready 16
2610 14 indislive 16
2610 15 indisreplident 16
2610 16 indkey 22
2610 17 indcollation 30
2610 18 indclass 30
2610 19 indoption 22
2610 20 indexprs 194
2610 21 indpred 194
2611 1 inhrelid 26
2611 2 inhparent 26
2611 3 inhseqno 23
2611 4 inhdetachpending 16
2612 1 oid 26
2612 2 lanname 19
2612 3 lanowner 26
2612 4 lanispl 16
2612 5 lanpltrusted 16
2612 6 lanplcallfoid 26
2612 7 laninline 26
2612 8 lanvalidator 26
2612 9 lanacl 1034
2613 1 loid 26
2613 2 pageno 23
2613 3 data 17
2615 1 oid 26
2615 2 nspname 19
2615 3 nspowner 26
2615 4 nspacl 1034
2616 1 oid 26
2616 2 opcmethod 26
2616 3 opcname 19
2616 4 opcnamespace 26
2616 5 opcowner 26
2616 6 opcfamily 26
2616 7 opcintype 26
2616 8 opcdefault 16
2616 9 opckeytype 26
2617 1 oid 26
2617 2 oprname 19
2617 3 oprnamespace 26
2617 4 oprowner 26
2617 5 oprkind 18
2617 6 oprcanmerge 16
2617 7 oprcanhash 16
2617 8 oprleft 26
2617 9 oprright 26
2617 10 oprresult 26
2617 11 oprcom 26
2617 12 oprnegate 26
2617 13 oprcode 24
2617 14 oprrest 24
2617 15 oprjoin 24
2618 1 oid 26
2618 2 rulename 19
2618 3 ev_class 26
2618 4 ev_type 18
2618 5 ev_enabled 18
2618 6 is_instead 16
2618 7 ev_qual 194
2618 8 ev_action 194
2619 1 starelid 26
2619 2 staattnum 21
2619 3 stainherit 16
2619 4 stanullfrac 700
2619 5 stawidth 23
2619 6 stadistinct 700
2619 7 stakind1 21
2619 8 stakind2 21
2619 9 stakind3 21
2619 10 stakind4 21
2619 11 stakind5 21
2619 12 staop1 26
2619 13 staop2 26
2619 14 staop3 26
2619 15 staop4 26
2619 16 staop5 26
2619 17 stacoll1 26
2619 18 stacoll2 26
2619 19 stacoll3 26
2619 20 stacoll4 26
2619 21 stacoll5 26
2619 22 stanumbers1 1021
2619 23 stanumbers2 1021
2619 24 stanumbers3 1021
2619 25 stanumbers4 1021
2619 26 stanumbers5 1021
2619 27 stavalues1 2277
2619 28 stavalues2 2277
2619 29 stavalues3 2277
2619 30 stavalues4 2277
2619 31 stavalues5 2277
2620 1 oid 26
2620 2 tgrelid 26
2620 3 tgparentid 26
2620 4 tgname 19
2620 5 tgfoid 26
2620 6 tgtype 21
2620 7 tgenabled 18
2620 8 tgisinternal 16
2620 9 tgconstrrelid 26
2620 10 tgconstrindid 26
2620 11 tgconstraint 26
2620 12 tgdeferrable 16
2620 13 tginitdeferred 16
2620 14 tgnargs 21
2620 15 tgattr 22
2620 16 tgargs 17
2620 17 tgqual 194
2620 18 tgoldtable 19
2620 19 tgnewtable 19
2753 1 oid 26
2753 2 opfmethod 26
2753 3 opfname 19
2753 4 opfnamespace 26
2753 5 opfowner 26
2964 1 setdatabase 26
2964 2 setrole 26
2964 3 setconfig 1009
2995 1 oid 26
2995 2 lomowner 26
2995 3 lomacl 1034
3079 1 oid 26
3079 2 extname 19
3079 3 extowner 26
3079 4 extnamespace 26
3079 5 extrelocatable 16
3079 6 extversion 25
3079 7 extconfig 1028
3079 8 extcondition 1009
3118 1 ftrelid 26
3118 2 ftserver 26
3118 3 ftoptions 1009
3256 1 oid 26
3256 2 polname 19
3256 3 polrelid 26
3256 4 polcmd 18
3256 5 polpermissive 16
3256 6 polroles 1028
3256 7 polqual 194
3256 8 polwithcheck 194
3350 1 partrelid 26
3350 2 partstrat 18
3350 3 partnatts 21
3350 4 partdefid 26
3350 5 partattrs 22
3350 6 partclass 30
3350 7 partcollation 30
3350 8 partexprs 194
3381 1 oid 26
3381 2 stxrelid 26
3381 3 stxname 19
3381 4 stxnamespace 26
3381 5 stxowner 26
3381 6 stxkeys 22
3381 7 stxstattarget 21
3381 8 stxkind 1002
3381 9 stxexprs 194
3394 1 objoid 26
3394 2 classoid 26
3394 3 objsubid 23
3394 4 privtype 18
3394 5 initprivs 1034
3429 1 stxoid 26
3429 2 stxdinherit 16
3429 3 stxdndistinct 3361
3429 4 stxddependencies 3402
3429 5 stxdmcv 5017
3429 6 stxdexpr 10028
3456 1 oid 26
3456 2 collname 19
3456 3 collnamespace 26
3456 4 collowner 26
3456 5 collprovider 18
3456 6 collisdeterministic 16
3456 7 collencoding 23
3456 8 collcollate 25
3456 9 collctype 25
3456 10 colllocale 25
3456 11 collicurules 25
3456 12 collversion 25
3466 1 oid 26
3466 2 evtname 19
3466 3 evtevent 19
3466 4 evtowner 26
3466 5 evtfoid 26
3466 6 evtenabled 18
3466 7 evttags 1009
3501 1 oid 26
3501 2 enumtypid 26
3501 3 enumsortorder 700
3501 4 enumlabel 19
3541 1 rngtypid 26
3541 2 rngsubtype 26
3541 3 rngmultitypid 26
3541 4 rngcollation 26
3541 5 rngsubopc 26
3541 6 rngcanonical 24
3541 7 rngsubdiff 24
3576 1 oid 26
3576 2 trftype 26
3576 3 trflang 26
3576 4 trffromsql 24
3576 5 trftosql 24
3592 1 objoid 26
3592 2 classoid 26
3592 3 provider 25
3592 4 label 25
3596 1 objoid 26
3596 2 classoid 26
3596 3 objsubid 23
3596 4 provider 25
3596 5 label 25
3600 1 oid 26
3600 2 dictname 19
3600 3 dictnamespace 26
3600 4 dictowner 26
3600 5 dicttemplate 26
3600 6 dictinitoption 25
3601 1 oid 26
3601 2 prsname 19
3601 3 prsnamespace 26
3601 4 prsstart 24
3601 5 prstoken 24
3601 6 prsend 24
3601 7 prsheadline 24
3601 8 prslextype 24
3602 1 oid 26
3602 2 cfgname 19
3602 3 cfgnamespace 26
3602 4 cfgowner 26
3602 5 cfgparser 26
3603 1 mapcfg 26
3603 2 maptokentype 23
3603 3 mapseqno 23
3603 4 mapdict 26
3764 1 oid 26
3764 2 tmplname 19
3764 3 tmplnamespace 26
3764 4 tmplinit 24
3764 5 tmpllexize 24
6000 1 roident 26
6000 2 roname 25
6100 1 oid 26
6100 2 subdbid 26
6100 3 subskiplsn 3220
6100 4 subname 19
6100 5 subowner 26
6100 6 subenabled 16
6100 7 subbinary 16
6100 8 substream 18
6100 9 subtwophasestate 18
6100 10 subdisableonerr 16
6100 11 subpasswordrequired 16
6100 12 subrunasowner 16
6100 13 subfailover 16
6100 14 subconninfo 25
6100 15 subslotname 19
6100 16 subsynccommit 25
6100 17 subpublications 1009
6100 18 suborigin 25
6102 1 srsubid 26
6102 2 srrelid 26
6102 3 srsubstate 18
6102 4 srsublsn 3220
6104 1 oid 26
6104 2 pubname 19
6104 3 pubowner 26
6104 4 puballtables 16
6104 5 pubinsert 16
6104 6 pubupdate 16
6104 7 pubdelete 16
6104 8 pubtruncate 16
6104 9 pubviaroot 16
6104 10 pubgencols 18
6106 1 oid 26
6106 2 prpubid 26
6106 3 prrelid 26
6106 4 prqual 194
6106 5 prattrs 22
6237 1 oid 26
6237 2 pnpubid 26
6237 3 pnnspid 26
6243 1 oid 26
6243 2 parname 25
6243 3 paracl 1034
12000 1 rolname 19
12000 2 rolsuper 16
12000 3 rolinherit 16
12000 4 rolcreaterole 16
12000 5 rolcreatedb 16
12000 6 rolcanlogin 16
12000 7 rolreplication 16
12000 8 rolconnlimit 23
12000 9 rolpassword 25
12000 10 rolvaliduntil 1184
12000 11 rolbypassrls 16
12000 12 rolconfig 1009
12000 13 oid 26
12005 1 usename 19
12005 2 usesysid 26
12005 3 usecreatedb 16
12005 4 usesuper 16
12005 5 userepl 16
12005 6 usebypassrls 16
12005 7 passwd 25
12005 8 valuntil 1184
12005 9 useconfig 1009
12010 1 groname 19
12010 2 grosysid 26
12010 3 grolist 1028
12014 1 usename 19
12014 2 usesysid 26
12014 3 usecreatedb 16
12014 4 usesuper 16
12014 5 userepl 16
12014 6 usebypassrls 16
12014 7 passwd 25
12014 8 valuntil 1184
12014 9 useconfig 1009
12018 1 schemaname 19
12018 2 tablename 19
12018 3 policyname 19
12018 4 permissive 25
12018 5 roles 1003
12018 6 cmd 25
12018 7 qual 25
12018 8 with_check 25
12023 1 schemaname 19
12023 2 tablename 19
12023 3 rulename 19
12023 4 definition 25
12028 1 schemaname 19
12028 2 viewname 19
12028 3 viewowner 19
12028 4 definition 25
12033 1 schemaname 19
12033 2 tablename 19
12033 3 tableowner 19
12033 4 tablespace 19
12033 5 hasindexes 16
12033 6 hasrules 16
12033 7 hastriggers 16
12033 8 rowsecurity 16
12038 1 schemaname 19
12038 2 matviewname 19
12038 3 matviewowner 19
12038 4 tablespace 19
12038 5 hasindexes 16
12038 6 ispopulated 16
12038 7 definition 25
12043 1 schemaname 19
12043 2 tablename 19
12043 3 indexname 19
12043 4 tablespace 19
12043 5 indexdef 25
12048 1 schemaname 19
12048 2 sequencename 19
12048 3 sequenceowner 19
12048 4 data_type 2206
12048 5 start_value 20
12048 6 min_value 20
12048 7 max_value 20
12048 8 increment_by 20
12048 9 cycle 16
12048 10 cache_size 20
12048 11 last_value 20
12053 1 schemaname 19
12053 2 tablename 19
12053 3 attname 19
12053 4 inherited 16
12053 5 null_frac 700
12053 6 avg_width 23
12053 7 n_distinct 700
12053 8 most_common_vals 2277
12053 9 most_common_freqs 1021
12053 10 histogram_bounds 2277
12053 11 correlation 700
12053 12 most_common_elems 2277
12053 13 most_common_elem_freqs 1021
12053 14 elem_count_histogram 1021
12053 15 range_length_histogram 2277
12053 16 range_empty_frac 700
12053 17 range_bounds_histogram 2277
12058 1 schemaname 19
12058 2 tablename 19
12058 3 statistics_schemaname 19
12058 4 statistics_name 19
12058 5 statistics_owner 19
12058 6 attnames 1003
12058 7 exprs 1009
12058 8 kinds 1002
12058 9 inherited 16
12058 10 n_distinct 3361
12058 11 dependencies 3402
12058 12 most_common_vals 1009
12058 13 most_common_val_nulls 1000
12058 14 most_common_freqs 1022
12058 15 most_common_base_freqs 1022
12063 1 schemaname 19
12063 2 tablename 19
12063 3 statistics_schemaname 19
12063 4 statistics_name 19
12063 5 statistics_owner 19
12063 6 expr 25
12063 7 inherited 16
12063 8 null_frac 700
12063 9 avg_width 23
12063 10 n_distinct 700
12063 11 most_common_vals 2277
12063 12 most_common_freqs 1021
12063 13 histogram_bounds 2277
12063 14 correlation 700
12063 15 most_common_elems 2277
12063 16 most_common_elem_freqs 1021
12063 17 elem_count_histogram 1021
12068 1 pubname 19
12068 2 schemaname 19
12068 3 tablename 19
12068 4 attnames 1003
12068 5 rowfilter 25
12073 1 locktype 25
12073 2 database 26
12073 3 relation 26
12073 4 page 23
12073 5 tuple 21
12073 6 virtualxid 25
12073 7 transactionid 28
12073 8 classid 26
12073 9 objid 26
12073 10 objsubid 21
12073 11 virtualtransaction 25
12073 12 pid 23
12073 13 mode 25
12073 14 granted 16
12073 15 fastpath 16
12073 16 waitstart 1184
12077 1 name 25
12077 2 statement 25
12077 3 is_holdable 16
12077 4 is_binary 16
12077 5 is_scrollable 16
12077 6 creation_time 1184
12081 1 name 19
12081 2 default_version 25
12081 3 installed_version 25
12081 4 comment 25
12085 1 name 19
12085 2 version 25
12085 3 installed 16
12085 4 superuser 16
12085 5 trusted 16
12085 6 relocatable 16
12085 7 schema 19
12085 8 requires 1003
12085 9 comment 25
12090 1 transaction 28
12090 2 gid 25
12090 3 prepared 1184
12090 4 owner 19
12090 5 database 19
12095 1 name 25
12095 2 statement 25
12095 3 prepare_time 1184
12095 4 parameter_types 2211
12095 5 result_types 2211
12095 6 from_sql 16
12095 7 generic_plans 20
12095 8 custom_plans 20
12099 1 objoid 26
12099 2 classoid 26
12099 3 objsubid 23
12099 4 objtype 25
12099 5 objnamespace 26
12099 6 objname 25
12099 7 provider 25
12099 8 label 25
12104 1 name 25
12104 2 setting 25
12104 3 unit 25
12104 4 category 25
12104 5 short_desc 25
12104 6 extra_desc 25
12104 7 context 25
12104 8 vartype 25
12104 9 source 25
12104 10 min_val 25
12104 11 max_val 25
12104 12 enumvals 1009
12104 13 boot_val 25
12104 14 reset_val 25
12104 15 sourcefile 25
12104 16 sourceline 23
12104 17 pending_restart 16
12110 1 sourcefile 25
12110 2 sourceline 23
12110 3 seqno 23
12110 4 name 25
12110 5 setting 25
12110 6 applied 16
12110 7 error 25
12114 1 rule_number 23
12114 2 file_name 25
12114 3 line_number 23
12114 4 type 25
12114 5 database 1009
12114 6 user_name 1009
12114 7 address 25
12114 8 netmask 25
12114 9 auth_method 25
12114 10 options 1009
12114 11 error 25
12118 1 map_number 23
12118 2 file_name 25
12118 3 line_number 23
12118 4 map_name 25
12118 5 sys_name 25
12118 6 pg_username 25
12118 7 error 25
12122 1 abbrev 25
12122 2 utc_offset 1186
12122 3 is_dst 16
12126 1 name 25
12126 2 abbrev 25
12126 3 utc_offset 1186
12126 4 is_dst 16
12130 1 name 25
12130 2 setting 25
12134 1 name 25
12134 2 off 20
12134 3 size 20
12134 4 allocated_size 20
12138 1 name 25
12138 2 numa_node 23
12138 3 size 20
12142 1 name 25
12142 2 ident 25
12142 3 type 25
12142 4 level 23
12142 5 path 1007
12142 6 total_bytes 20
12142 7 total_nblocks 20
12142 8 free_bytes 20
12142 9 free_chunks 20
12142 10 used_bytes 20
12146 1 relid 26
12146 2 schemaname 19
12146 3 relname 19
12146 4 seq_scan 20
12146 5 last_seq_scan 1184
12146 6 seq_tup_read 20
12146 7 idx_scan 20
12146 8 last_idx_scan 1184
12146 9 idx_tup_fetch 20
12146 10 n_tup_ins 20
12146 11 n_tup_upd 20
12146 12 n_tup_del 20
12146 13 n_tup_hot_upd 20
12146 14 n_tup_newpage_upd 20
12146 15 n_live_tup 20
12146 16 n_dead_tup 20
12146 17 n_mod_since_analyze 20
12146 18 n_ins_since_vacuum 20
12146 19 last_vacuum 1184
12146 20 last_autovacuum 1184
12146 21 last_analyze 1184
12146 22 last_autoanalyze 1184
12146 23 vacuum_count 20
12146 24 autovacuum_count 20
12146 25 analyze_count 20
12146 26 autoanalyze_count 20
12146 27 total_vacuum_time 701
12146 28 total_autovacuum_time 701
12146 29 total_analyze_time 701
12146 30 total_autoanalyze_time 701
12151 1 relid 26
12151 2 schemaname 19
12151 3 relname 19
12151 4 seq_scan 20
12151 5 seq_tup_read 20
12151 6 idx_scan 20
12151 7 idx_tup_fetch 20
12151 8 n_tup_ins 20
12151 9 n_tup_upd 20
12151 10 n_tup_del 20
12151 11 n_tup_hot_upd 20
12151 12 n_tup_newpage_upd 20
12156 1 relid 26
12156 2 schemaname 19
12156 3 relname 19
12156 4 seq_scan 20
12156 5 last_seq_scan 1184
12156 6 seq_tup_read 20
12156 7 idx_scan 20
12156 8 last_idx_scan 1184
12156 9 idx_tup_fetch 20
12156 10 n_tup_ins 20
12156 11 n_tup_upd 20
12156 12 n_tup_del 20
12156 13 n_tup_hot_upd 20
12156 14 n_tup_newpage_upd 20
12156 15 n_live_tup 20
12156 16 n_dead_tup 20
12156 17 n_mod_since_analyze 20
12156 18 n_ins_since_vacuum 20
12156 19 last_vacuum 1184
12156 20 last_autovacuum 1184
12156 21 last_analyze 1184
12156 22 last_autoanalyze 1184
12156 23 vacuum_count 20
12156 24 autovacuum_count 20
12156 25 analyze_count 20
12156 26 autoanalyze_count 20
12156 27 total_vacuum_time 701
12156 28 total_autovacuum_time 701
12156 29 total_analyze_time 701
12156 30 total_autoanalyze_time 701
12161 1 relid 26
12161 2 schemaname 19
12161 3 relname 19
12161 4 seq_scan 20
12161 5 seq_tup_read 20
12161 6 idx_scan 20
12161 7 idx_tup_fetch 20
12161 8 n_tup_ins 20
12161 9 n_tup_upd 20
12161 10 n_tup_del 20
12161 11 n_tup_hot_upd 20
12161 12 n_tup_newpage_upd 20
12165 1 relid 26
12165 2 schemaname 19
12165 3 relname 19
12165 4 seq_scan 20
12165 5 last_seq_scan 1184
12165 6 seq_tup_read 20
12165 7 idx_scan 20
12165 8 last_idx_scan 1184
12165 9 idx_tup_fetch 20
12165 10 n_tup_ins 20
12165 11 n_tup_upd 20
12165 12 n_tup_del 20
12165 13 n_tup_hot_upd 20
12165 14 n_tup_newpage_upd 20
12165 15 n_live_tup 20
12165 16 n_dead_tup 20
12165 17 n_mod_since_analyze 20
12165 18 n_ins_since_vacuum 20
12165 19 last_vacuum 1184
12165 20 last_autovacuum 1184
12165 21 last_analyze 1184
12165 22 last_autoanalyze 1184
12165 23 vacuum_count 20
12165 24 autovacuum_count 20
12165 25 analyze_count 20
12165 26 autoanalyze_count 20
12165 27 total_vacuum_time 701
12165 28 total_autovacuum_time 701
12165 29 total_analyze_time 701
12165 30 total_autoanalyze_time 701
12170 1 relid 26
12170 2 schemaname 19
12170 3 relname 19
12170 4 seq_scan 20
12170 5 seq_tup_read 20
12170 6 idx_scan 20
12170 7 idx_tup_fetch 20
12170 8 n_tup_ins 20
12170 9 n_tup_upd 20
12170 10 n_tup_del 20
12170 11 n_tup_hot_upd 20
12170 12 n_tup_newpage_upd 20
12174 1 relid 26
12174 2 schemaname 19
12174 3 relname 19
12174 4 heap_blks_read 20
12174 5 heap_blks_hit 20
12174 6 idx_blks_read 20
12174 7 idx_blks_hit 20
12174 8 toast_blks_read 20
12174 9 toast_blks_hit 20
12174 10 tidx_blks_read 20
12174 11 tidx_blks_hit 20
12179 1 relid 26
12179 2 schemaname 19
12179 3 relname 19
12179 4 heap_blks_read 20
12179 5 heap_blks_hit 20
12179 6 idx_blks_read 20
12179 7 idx_blks_hit 20
12179 8 toast_blks_read 20
12179 9 toast_blks_hit 20
12179 10 tidx_blks_read 20
12179 11 tidx_blks_hit 20
12183 1 relid 26
12183 2 schemaname 19
12183 3 relname 19
12183 4 heap_blks_read 20
12183 5 heap_blks_hit 20
12183 6 idx_blks_read 20
12183 7 idx_blks_hit 20
12183 8 toast_blks_read 20
12183 9 toast_blks_hit 20
12183 10 tidx_blks_read 20
12183 11 tidx_blks_hit 20
12187 1 relid 26
12187 2 indexrelid 26
12187 3 schemaname 19
12187 4 relname 19
12187 5 indexrelname 19
12187 6 idx_scan 20
12187 7 last_idx_scan 1184
12187 8 idx_tup_read 20
12187 9 idx_tup_fetch 20
12192 1 relid 26
12192 2 indexrelid 26
12192 3 schemaname 19
12192 4 relname 19
12192 5 indexrelname 19
12192 6 idx_scan 20
12192 7 last_idx_scan 1184
12192 8 idx_tup_read 20
12192 9 idx_tup_fetch 20
12196 1 relid 26
12196 2 indexrelid 26
12196 3 schemaname 19
12196 4 relname 19
12196 5 indexrelname 19
12196 6 idx_scan 20
12196 7 last_idx_scan 1184
12196 8 idx_tup_read 20
12196 9 idx_tup_fetch 20
12200 1 relid 26
12200 2 indexrelid 26
12200 3 schemaname 19
12200 4 relname 19
12200 5 indexrelname 19
12200 6 idx_blks_read 20
12200 7 idx_blks_hit 20
12205 1 relid 26
12205 2 indexrelid 26
12205 3 schemaname 19
12205 4 relname 19
12205 5 indexrelname 19
12205 6 idx_blks_read 20
12205 7 idx_blks_hit 20
12209 1 relid 26
12209 2 indexrelid 26
12209 3 schemaname 19
12209 4 relname 19
12209 5 indexrelname 19
12209 6 idx_blks_read 20
12209 7 idx_blks_hit 20
12213 1 relid 26
12213 2 schemaname 19
12213 3 relname 19
12213 4 blks_read 20
12213 5 blks_hit 20
12218 1 relid 26
12218 2 schemaname 19
12218 3 relname 19
12218 4 blks_read 20
12218 5 blks_hit 20
12222 1 relid 26
12222 2 schemaname 19
12222 3 relname 19
12222 4 blks_read 20
12222 5 blks_hit 20
12226 1 datid 26
12226 2 datname 19
12226 3 pid 23
12226 4 leader_pid 23
12226 5 usesysid 26
12226 6 usename 19
12226 7 application_name 25
12226 8 client_addr 869
12226 9 client_hostname 25
12226 10 client_port 23
12226 11 backend_start 1184
12226 12 xact_start 1184
12226 13 query_start 1184
12226 14 state_change 1184
12226 15 wait_event_type 25
12226 16 wait_event 25
12226 17 state 25
12226 18 backend_xid 28
12226 19 backend_xmin 28
12226 20 query_id 20
12226 21 query 25
12226 22 backend_type 25
12231 1 pid 23
12231 2 usesysid 26
12231 3 usename 19
12231 4 application_name 25
12231 5 client_addr 869
12231 6 client_hostname 25
12231 7 client_port 23
12231 8 backend_start 1184
12231 9 backend_xmin 28
12231 10 state 25
12231 11 sent_lsn 3220
12231 12 write_lsn 3220
12231 13 flush_lsn 3220
12231 14 replay_lsn 3220
12231 15 write_lag 1186
12231 16 flush_lag 1186
12231 17 replay_lag 1186
12231 18 sync_priority 23
12231 19 sync_state 25
12231 20 reply_time 1184
12236 1 name 25
12236 2 blks_zeroed 20
12236 3 blks_hit 20
12236 4 blks_read 20
12236 5 blks_written 20
12236 6 blks_exists 20
12236 7 flushes 20
12236 8 truncates 20
12236 9 stats_reset 1184
12240 1 pid 23
12240 2 status 25
12240 3 receive_start_lsn 3220
12240 4 receive_start_tli 23
12240 5 written_lsn 3220
12240 6 flushed_lsn 3220
12240 7 received_tli 23
12240 8 last_msg_send_time 1184
12240 9 last_msg_receipt_time 1184
12240 10 latest_end_lsn 3220
12240 11 latest_end_time 1184
12240 12 slot_name 25
12240 13 sender_host 25
12240 14 sender_port 23
12240 15 conninfo 25
12244 1 stats_reset 1184
12244 2 prefetch 20
12244 3 hit 20
12244 4 skip_init 20
12244 5 skip_new 20
12244 6 skip_fpw 20
12244 7 skip_rep 20
12244 8 wal_distance 23
12244 9 block_distance 23
12244 10 io_depth 23
12248 1 subid 26
12248 2 subname 19
12248 3 worker_type 25
12248 4 pid 23
12248 5 leader_pid 23
12248 6 relid 26
12248 7 received_lsn 3220
12248 8 last_msg_send_time 1184
12248 9 last_msg_receipt_time 1184
12248 10 latest_end_lsn 3220
12248 11 latest_end_time 1184
12253 1 pid 23
12253 2 ssl 16
12253 3 version 25
12253 4 cipher 25
12253 5 bits 23
12253 6 client_dn 25
12253 7 client_serial 1700
12253 8 issuer_dn 25
12257 1 pid 23
12257 2 gss_authenticated 16
12257 3 principal 25
12257 4 encrypted 16
12257 5 credentials_delegated 16
12261 1 slot_name 19
12261 2 plugin 19
12261 3 slot_type 25
12261 4 datoid 26
12261 5 database 19
12261 6 temporary 16
12261 7 active 16
12261 8 active_pid 23
12261 9 xmin 28
12261 10 catalog_xmin 28
12261 11 restart_lsn 3220
12261 12 confirmed_flush_lsn 3220
12261 13 wal_status 25
12261 14 safe_wal_size 20
12261 15 two_phase 16
12261 16 two_phase_at 3220
12261 17 inactive_since 1184
12261 18 conflicting 16
12261 19 invalidation_reason 25
12261 20 failover 16
12261 21 synced 16
12266 1 slot_name 25
12266 2 spill_txns 20
12266 3 spill_count 20
12266 4 spill_bytes 20
12266 5 stream_txns 20
12266 6 stream_count 20
12266 7 stream_bytes 20
12266 8 total_txns 20
12266 9 total_bytes 20
12266 10 stats_reset 1184
12270 1 datid 26
12270 2 datname 19
12270 3 numbackends 23
12270 4 xact_commit 20
12270 5 xact_rollback 20
12270 6 blks_read 20
12270 7 blks_hit 20
12270 8 tup_returned 20
12270 9 tup_fetched 20
12270 10 tup_inserted 20
12270 11 tup_updated 20
12270 12 tup_deleted 20
12270 13 conflicts 20
12270 14 temp_files 20
12270 15 temp_bytes 20
12270 16 deadlocks 20
12270 17 checksum_failures 20
12270 18 checksum_last_failure 1184
12270 19 blk_read_time 701
12270 20 blk_write_time 701
12270 21 session_time 701
12270 22 active_time 701
12270 23 idle_in_transaction_time 701
12270 24 sessions 20
12270 25 sessions_abandoned 20
12270 26 sessions_fatal 20
12270 27 sessions_killed 20
12270 28 parallel_workers_to_launch 20
12270 29 parallel_workers_launched 20
12270 30 stats_reset 1184
12275 1 datid 26
12275 2 datname 19
12275 3 confl_tablespace 20
12275 4 confl_lock 20
12275 5 confl_snapshot 20
12275 6 confl_bufferpin 20
12275 7 confl_deadlock 20
12275 8 confl_active_logicalslot 20
12279 1 funcid 26
12279 2 schemaname 19
12279 3 funcname 19
12279 4 calls 20
12279 5 total_time 701
12279 6 self_time 701
12284 1 funcid 26
12284 2 schemaname 19
12284 3 funcname 19
12284 4 calls 20
12284 5 total_time 701
12284 6 self_time 701
12289 1 archived_count 20
12289 2 last_archived_wal 25
12289 3 last_archived_time 1184
12289 4 failed_count 20
12289 5 last_failed_wal 25
12289 6 last_failed_time 1184
12289 7 stats_reset 1184
12293 1 buffers_clean 20
12293 2 maxwritten_clean 20
12293 3 buffers_alloc 20
12293 4 stats_reset 1184
12297 1 num_timed 20
12297 2 num_requested 20
12297 3 num_done 20
12297 4 restartpoints_timed 20
12297 5 restartpoints_req 20
12297 6 restartpoints_done 20
12297 7 write_time 701
12297 8 sync_time 701
12297 9 buffers_written 20
12297 10 slru_written 20
12297 11 stats_reset 1184
12301 1 backend_type 25
12301 2 object 25
12301 3 context 25
12301 4 reads 20
12301 5 read_bytes 1700
12301 6 read_time 701
12301 7 writes 20
12301 8 write_bytes 1700
12301 9 write_time 701
12301 10 writebacks 20
12301 11 writeback_time 701
12301 12 extends 20
12301 13 extend_bytes 1700
12301 14 extend_time 701
12301 15 hits 20
12301 16 evictions 20
12301 17 reuses 20
12301 18 fsyncs 20
12301 19 fsync_time 701
12301 20 stats_reset 1184
12305 1 wal_records 20
12305 2 wal_fpi 20
12305 3 wal_bytes 1700
12305 4 wal_buffers_full 20
12305 5 stats_reset 1184
12309 1 pid 23
12309 2 datid 26
12309 3 datname 19
12309 4 relid 26
12309 5 phase 25
12309 6 sample_blks_total 20
12309 7 sample_blks_scanned 20
12309 8 ext_stats_total 20
12309 9 ext_stats_computed 20
12309 10 child_tables_total 20
12309 11 child_tables_done 20
12309 12 current_child_table_relid 26
12309 13 delay_time 701
12314 1 pid 23
12314 2 datid 26
12314 3 datname 19
12314 4 relid 26
12314 5 phase 25
12314 6 heap_blks_total 20
12314 7 heap_blks_scanned 20
12314 8 heap_blks_vacuumed 20
12314 9 index_vacuum_count 20
12314 10 max_dead_tuple_bytes 20
12314 11 dead_tuple_bytes 20
12314 12 num_dead_item_ids 20
12314 13 indexes_total 20
12314 14 indexes_processed 20
12314 15 delay_time 701
12319 1 pid 23
12319 2 datid 26
12319 3 datname 19
12319 4 relid 26
12319 5 command 25
12319 6 phase 25
12319 7 cluster_index_relid 26
12319 8 heap_tuples_scanned 20
12319 9 heap_tuples_written 20
12319 10 heap_blks_total 20
12319 11 heap_blks_scanned 20
12319 12 index_rebuild_count 20
12324 1 pid 23
12324 2 datid 26
12324 3 datname 19
12324 4 relid 26
12324 5 index_relid 26
12324 6 command 25
12324 7 phase 25
12324 8 lockers_total 20
12324 9 lockers_done 20
12324 10 current_locker_pid 20
12324 11 blocks_total 20
12324 12 blocks_done 20
12324 13 tuples_total 20
12324 14 tuples_done 20
12324 15 partitions_total 20
12324 16 partitions_done 20
12329 1 pid 23
12329 2 phase 25
12329 3 backup_total 20
12329 4 backup_streamed 20
12329 5 tablespaces_total 20
12329 6 tablespaces_streamed 20
12333 1 pid 23
12333 2 datid 26
12333 3 datname 19
12333 4 relid 26
12333 5 command 25
12333 6 type 25
12333 7 bytes_processed 20
12333 8 bytes_total 20
12333 9 tuples_processed 20
12333 10 tuples_excluded 20
12333 11 tuples_skipped 20
12338 1 umid 26
12338 2 srvid 26
12338 3 srvname 19
12338 4 umuser 26
12338 5 usename 19
12338 6 umoptions 1009
12343 1 local_id 26
12343 2 external_id 25
12343 3 remote_lsn 3220
12343 4 local_lsn 3220
12347 1 subid 26
12347 2 subname 19
12347 3 apply_error_count 20
12347 4 sync_error_count 20
12347 5 confl_insert_exists 20
12347 6 confl_update_origin_differs 20
12347 7 confl_update_exists 20
12347 8 confl_update_missing 20
12347 9 confl_delete_origin_differs 20
12347 10 confl_delete_missing 20
12347 11 confl_multiple_unique_conflicts 20
12347 12 stats_reset 1184
12351 1 type 25
12351 2 name 25
12351 3 description 25
12355 1 pid 23
12355 2 io_id 23
12355 3 io_generation 20
12355 4 state 25
12355 5 operation 25
12355 6 off 20
12355 7 length 20
12355 8 target 25
12355 9 handle_data_len 21
12355 10 raw_result 23
12355 11 result 25
12355 12 target_desc 25
12355 13 f_sync 16
12355 14 f_localmem 16
12355 15 f_buffered 16
13164 1 catalog_name 13163
13173 1 grantee 13163
13173 2 role_name 13163
13173 3 is_grantable 13171
13178 1 grantee 13163
13178 2 role_name 13163
13178 3 is_grantable 13171
13182 1 udt_catalog 13163
13182 2 udt_schema 13163
13182 3 udt_name 13163
13182 4 attribute_name 13163
13182 5 ordinal_position 13158
13182 6 attribute_default 13161
13182 7 is_nullable 13171
13182 8 data_type 13161
13182 9 character_maximum_length 13158
13182 10 character_octet_length 13158
13182 11 character_set_catalog 13163
13182 12 character_set_schema 13163
13182 13 character_set_name 13163
13182 14 collation_catalog 13163
13182 15 collation_schema 13163
13182 16 collation_name 13163
13182 17 numeric_precision 13158
13182 18 numeric_precision_radix 13158
13182 19 numeric_scale 13158
13182 20 datetime_precision 13158
13182 21 interval_type 13161
13182 22 interval_precision 13158
13182 23 attribute_udt_catalog 13163
13182 24 attribute_udt_schema 13163
13182 25 attribute_udt_name 13163
13182 26 scope_catalog 13163
13182 27 scope_schema 13163
13182 28 scope_name 13163
13182 29 maximum_cardinality 13158
13182 30 dtd_identifier 13163
13182 31 is_derived_reference_attribute 13171
13187 1 character_set_catalog 13163
13187 2 character_set_schema 13163
13187 3 character_set_name 13163
13187 4 character_repertoire 13163
13187 5 form_of_use 13163
13187 6 default_collate_catalog 13163
13187 7 default_collate_schema 13163
13187 8 default_collate_name 13163
13192 1 constraint_catalog 13163
13192 2 constraint_schema 13163
13192 3 constraint_name 13163
13192 4 specific_catalog 13163
13192 5 specific_schema 13163
13192 6 specific_name 13163
13197 1 constraint_catalog 13163
13197 2 constraint_schema 13163
13197 3 constraint_name 13163
13197 4 check_clause 13161
13202 1 collation_catalog 13163
13202 2 collation_schema 13163
13202 3 collation_name 13163
13202 4 pad_attribute 13161
13207 1 collation_catalog 13163
13207 2 collation_schema 13163
13207 3 collation_name 13163
13207 4 character_set_catalog 13163
13207 5 character_set_schema 13163
13207 6 character_set_name 13163
13212 1 table_catalog 13163
13212 2 table_schema 13163
13212 3 table_name 13163
13212 4 column_name 13163
13212 5 dependent_column 13163
13217 1 domain_catalog 13163
13217 2 domain_schema 13163
13217 3 domain_name 13163
13217 4 table_catalog 13163
13217 5 table_schema 13163
13217 6 table_name 13163
13217 7 column_name 13163
13222 1 grantor 13163
13222 2 grantee 13163
13222 3 table_catalog 13163
13222 4 table_schema 13163
13222 5 table_name 13163
13222 6 column_name 13163
13222 7 privilege_type 13161
13222 8 is_grantable 13171
13227 1 udt_catalog 13163
13227 2 udt_schema 13163
13227 3 udt_name 13163
13227 4 table_catalog 13163
13227 5 table_schema 13163
13227 6 table_name 13163
13227 7 column_name 13163
13232 1 table_catalog 13163
13232 2 table_schema 13163
13232 3 table_name 13163
13232 4 column_name 13163
13232 5 ordinal_position 13158
13232 6 column_default 13161
13232 7 is_nullable 13171
13232 8 data_type 13161
13232 9 character_maximum_length 13158
13232 10 character_octet_length 13158
13232 11 numeric_precision 13158
13232 12 numeric_precision_radix 13158
13232 13 numeric_scale 13158
13232 14 datetime_precision 13158
13232 15 interval_type 13161
13232 16 interval_precision 13158
13232 17 character_set_catalog 13163
13232 18 character_set_schema 13163
13232 19 character_set_name 13163
13232 20 collation_catalog 13163
13232 21 collation_schema 13163
13232 22 collation_name 13163
13232 23 domain_catalog 13163
13232 24 domain_schema 13163
13232 25 domain_name 13163
13232 26 udt_catalog 13163
13232 27 udt_schema 13163
13232 28 udt_name 13163
13232 29 scope_catalog 13163
13232 30 scope_schema 13163
13232 31 scope_name 13163
13232 32 maximum_cardinality 13158
13232 33 dtd_identifier 13163
13232 34 is_self_referencing 13171
13232 35 is_identity 13171
13232 36 identity_generation 13161
13232 37 identity_start 13161
13232 38 identity_increment 13161
13232 39 identity_maximum 13161
13232 40 identity_minimum 13161
13232 41 identity_cycle 13171
13232 42 is_generated 13161
13232 43 generation_expression 13161
13232 44 is_updatable 13171
13237 1 table_catalog 13163
13237 2 table_schema 13163
13237 3 table_name 13163
13237 4 column_name 13163
13237 5 constraint_catalog 13163
13237 6 constraint_schema 13163
13237 7 constraint_name 13163
13242 1 table_catalog 13163
13242 2 table_schema 13163
13242 3 table_name 13163
13242 4 constraint_catalog 13163
13242 5 constraint_schema 13163
13242 6 constraint_name 13163
13247 1 constraint_catalog 13163
13247 2 constraint_schema 13163
13247 3 constraint_name 13163
13247 4 domain_catalog 13163
13247 5 domain_schema 13163
13247 6 domain_name 13163
13247 7 is_deferrable 13171
13247 8 initially_deferred 13171
13252 1 udt_catalog 13163
13252 2 udt_schema 13163
13252 3 udt_name 13163
13252 4 domain_catalog 13163
13252 5 domain_schema 13163
13252 6 domain_name 13163
13256 1 domain_catalog 13163
13256 2 domain_schema 13163
13256 3 domain_name 13163
13256 4 data_type 13161
13256 5 character_maximum_length 13158
13256 6 character_octet_length 13158
13256 7 character_set_catalog 13163
13256 8 character_set_schema 13163
13256 9 character_set_name 13163
13256 10 collation_catalog 13163
13256 11 collation_schema 13163
13256 12 collation_name 13163
13256 13 numeric_precision 13158
13256 14 numeric_precision_radix 13158
13256 15 numeric_scale 13158
13256 16 datetime_precision 13158
13256 17 interval_type 13161
13256 18 interval_precision 13158
13256 19 domain_default 13161
13256 20 udt_catalog 13163
13256 21 udt_schema 13163
13256 22 udt_name 13163
13256 23 scope_catalog 13163
13256 24 scope_schema 13163
13256 25 scope_name 13163
13256 26 maximum_cardinality 13158
13256 27 dtd_identifier 13163
13261 1 role_name 13163
13265 1 constraint_catalog 13163
13265 2 constraint_schema 13163
13265 3 constraint_name 13163
13265 4 table_catalog 13163
13265 5 table_schema 13163
13265 6 table_name 13163
13265 7 column_name 13163
13265 8 ordinal_position 13158
13265 9 position_in_unique_constraint 13158
13270 1 specific_catalog 13163
13270 2 specific_schema 13163
13270 3 specific_name 13163
13270 4 ordinal_position 13158
13270 5 parameter_mode 13161
13270 6 is_result 13171
13270 7 as_locator 13171
13270 8 parameter_name 13163
13270 9 data_type 13161
13270 10 character_maximum_length 13158
13270 11 character_octet_length 13158
13270 12 character_set_catalog 13163
13270 13 character_set_schema 13163
13270 14 character_set_name 13163
13270 15 collation_catalog 13163
13270 16 collation_schema 13163
13270 17 collation_name 13163
13270 18 numeric_precision 13158
13270 19 numeric_precision_radix 13158
13270 20 numeric_scale 13158
13270 21 datetime_precision 13158
13270 22 interval_type 13161
13270 23 interval_precision 13158
13270 24 udt_catalog 13163
13270 25 udt_schema 13163
13270 26 udt_name 13163
13270 27 scope_catalog 13163
13270 28 scope_schema 13163
13270 29 scope_name 13163
13270 30 maximum_cardinality 13158
13270 31 dtd_identifier 13163
13270 32 parameter_default 13161
13275 1 constraint_catalog 13163
13275 2 constraint_schema 13163
13275 3 constraint_name 13163
13275 4 unique_constraint_catalog 13163
13275 5 unique_constraint_schema 13163
13275 6 unique_constraint_name 13163
13275 7 match_option 13161
13275 8 update_rule 13161
13275 9 delete_rule 13161
13280 1 grantor 13163
13280 2 grantee 13163
13280 3 table_catalog 13163
13280 4 table_schema 13163
13280 5 table_name 13163
13280 6 column_name 13163
13280 7 privilege_type 13161
13280 8 is_grantable 13171
13284 1 specific_catalog 13163
13284 2 specific_schema 13163
13284 3 specific_name 13163
13284 4 routine_catalog 13163
13284 5 routine_schema 13163
13284 6 routine_name 13163
13284 7 table_catalog 13163
13284 8 table_schema 13163
13284 9 table_name 13163
13284 10 column_name 13163
13289 1 grantor 13163
13289 2 grantee 13163
13289 3 specific_catalog 13163
13289 4 specific_schema 13163
13289 5 specific_name 13163
13289 6 routine_catalog 13163
13289 7 routine_schema 13163
13289 8 routine_name 13163
13289 9 privilege_type 13161
13289 10 is_grantable 13171
13294 1 grantor 13163
13294 2 grantee 13163
13294 3 specific_catalog 13163
13294 4 specific_schema 13163
13294 5 specific_name 13163
13294 6 routine_catalog 13163
13294 7 routine_schema 13163
13294 8 routine_name 13163
13294 9 privilege_type 13161
13294 10 is_grantable 13171
13298 1 specific_catalog 13163
13298 2 specific_schema 13163
13298 3 specific_name 13163
13298 4 routine_catalog 13163
13298 5 routine_schema 13163
13298 6 routine_name 13163
13303 1 specific_catalog 13163
13303 2 specific_schema 13163
13303 3 specific_name 13163
13303 4 routine_catalog 13163
13303 5 routine_schema 13163
13303 6 routine_name 13163
13303 7 sequence_catalog 13163
13303 8 sequence_schema 13163
13303 9 sequence_name 13163
13308 1 specific_catalog 13163
13308 2 specific_schema 13163
13308 3 specific_name 13163
13308 4 routine_catalog 13163
13308 5 routine_schema 13163
13308 6 routine_name 13163
13308 7 table_catalog 13163
13308 8 table_schema 13163
13308 9 table_name 13163
13313 1 specific_catalog 13163
13313 2 specific_schema 13163
13313 3 specific_name 13163
13313 4 routine_catalog 13163
13313 5 routine_schema 13163
13313 6 routine_name 13163
13313 7 routine_type 13161
13313 8 module_catalog 13163
13313 9 module_schema 13163
13313 10 module_name 13163
13313 11 udt_catalog 13163
13313 12 udt_schema 13163
13313 13 udt_name 13163
13313 14 data_type 13161
13313 15 character_maximum_length 13158
13313 16 character_octet_length 13158
13313 17 character_set_catalog 13163
13313 18 character_set_schema 13163
13313 19 character_set_name 13163
13313 20 collation_catalog 13163
13313 21 collation_schema 13163
13313 22 collation_name 13163
13313 23 numeric_precision 13158
13313 24 numeric_precision_radix 13158
13313 25 numeric_scale 13158
13313 26 datetime_precision 13158
13313 27 interval_type 13161
13313 28 interval_precision 13158
13313 29 type_udt_catalog 13163
13313 30 type_udt_schema 13163
13313 31 type_udt_name 13163
13313 32 scope_catalog 13163
13313 33 scope_schema 13163
13313 34 scope_name 13163
13313 35 maximum_cardinality 13158
13313 36 dtd_identifier 13163
13313 37 routine_body 13161
13313 38 routine_definition 13161
13313 39 external_name 13161
13313 40 external_language 13161
13313 41 parameter_style 13161
13313 42 is_deterministic 13171
13313 43 sql_data_access 13161
13313 44 is_null_call 13171
13313 45 sql_path 13161
13313 46 schema_level_routine 13171
13313 47 max_dynamic_result_sets 13158
13313 48 is_user_defined_cast 13171
13313 49 is_implicitly_invocable 13171
13313 50 security_type 13161
13313 51 to_sql_specific_catalog 13163
13313 52 to_sql_specific_schema 13163
13313 53 to_sql_specific_name 13163
13313 54 as_locator 13171
13313 55 created 13169
13313 56 last_altered 13169
13313 57 new_savepoint_level 13171
13313 58 is_udt_dependent 13171
13313 59 result_cast_from_data_type 13161
13313 60 result_cast_as_locator 13171
13313 61 result_cast_char_max_length 13158
13313 62 result_cast_char_octet_length 13158
13313 63 result_cast_char_set_catalog 13163
13313 64 result_cast_char_set_schema 13163
13313 65 result_cast_char_set_name 13163
13313 66 result_cast_collation_catalog 13163
13313 67 result_cast_collation_schema 13163
13313 68 result_cast_collation_name 13163
13313 69 result_cast_numeric_precision 13158
13313 70 result_cast_numeric_precision_radix 13158
13313 71 result_cast_numeric_scale 13158
13313 72 result_cast_datetime_precision 13158
13313 73 result_cast_interval_type 13161
13313 74 result_cast_interval_precision 13158
13313 75 result_cast_type_udt_catalog 13163
13313 76 result_cast_type_udt_schema 13163
13313 77 result_cast_type_udt_name 13163
13313 78 result_cast_scope_catalog 13163
13313 79 result_cast_scope_schema 13163
13313 80 result_cast_scope_name 13163
13313 81 result_cast_maximum_cardinality 13158
13313 82 result_cast_dtd_identifier 13163
13318 1 catalog_name 13163
13318 2 schema_name 13163
13318 3 schema_owner 13163
13318 4 default_character_set_catalog 13163
13318 5 default_character_set_schema 13163
13318 6 default_character_set_name 13163
13318 7 sql_path 13161
13322 1 sequence_catalog 13163
13322 2 sequence_schema 13163
13322 3 sequence_name 13163
13322 4 data_type 13161
13322 5 numeric_precision 13158
13322 6 numeric_precision_radix 13158
13322 7 numeric_scale 13158
13322 8 start_value 13161
13322 9 minimum_value 13161
13322 10 maximum_value 13161
13322 11 increment 13161
13322 12 cycle_option 13171
13327 1 feature_id 13161
13327 2 feature_name 13161
13327 3 sub_feature_id 13161
13327 4 sub_feature_name 13161
13327 5 is_supported 13171
13327 6 is_verified_by 13161
13327 7 comments 13161
13332 1 implementation_info_id 13161
13332 2 implementation_info_name 13161
13332 3 integer_value 13158
13332 4 character_value 13161
13332 5 comments 13161
13337 1 feature_id 13161
13337 2 feature_name 13161
13337 3 is_supported 13171
13337 4 is_verified_by 13161
13337 5 comments 13161
13342 1 sizing_id 13158
13342 2 sizing_name 13161
13342 3 supported_value 13158
13342 4 comments 13161
13347 1 constraint_catalog 13163
13347 2 constraint_schema 13163
13347 3 constraint_name 13163
13347 4 table_catalog 13163
13347 5 table_schema 13163
13347 6 table_name 13163
13347 7 constraint_type 13161
13347 8 is_deferrable 13171
13347 9 initially_deferred 13171
13347 10 enforced 13171
13347 11 nulls_distinct 13171
13352 1 grantor 13163
13352 2 grantee 13163
13352 3 table_catalog 13163
13352 4 table_schema 13163
13352 5 table_name 13163
13352 6 privilege_type 13161
13352 7 is_grantable 13171
13352 8 with_hierarchy 13171
13357 1 grantor 13163
13357 2 grantee 13163
13357 3 table_catalog 13163
13357 4 table_schema 13163
13357 5 table_name 13163
13357 6 privilege_type 13161
13357 7 is_grantable 13171
13357 8 with_hierarchy 13171
13361 1 table_catalog 13163
13361 2 table_schema 13163
13361 3 table_name 13163
13361 4 table_type 13161
13361 5 self_referencing_column_name 13163
13361 6 reference_generation 13161
13361 7 user_defined_type_catalog 13163
13361 8 user_defined_type_schema 13163
13361 9 user_defined_type_name 13163
13361 10 is_insertable_into 13171
13361 11 is_typed 13171
13361 12 commit_action 13161
13366 1 udt_catalog 13163
13366 2 udt_schema 13163
13366 3 udt_name 13163
13366 4 specific_catalog 13163
13366 5 specific_schema 13163
13366 6 specific_name 13163
13366 7 group_name 13163
13366 8 transform_type 13161
13371 1 trigger_catalog 13163
13371 2 trigger_schema 13163
13371 3 trigger_name 13163
13371 4 event_object_catalog 13163
13371 5 event_object_schema 13163
13371 6 event_object_table 13163
13371 7 event_object_column 13163
13376 1 trigger_catalog 13163
13376 2 trigger_schema 13163
13376 3 trigger_name 13163
13376 4 event_manipulation 13161
13376 5 event_object_catalog 13163
13376 6 event_object_schema 13163
13376 7 event_object_table 13163
13376 8 action_order 13158
13376 9 action_condition 13161
13376 10 action_statement 13161
13376 11 action_orientation 13161
13376 12 action_timing 13161
13376 13 action_reference_old_table 13163
13376 14 action_reference_new_table 13163
13376 15 action_reference_old_row 13163
13376 16 action_reference_new_row 13163
13376 17 created 13169
13381 1 grantor 13163
13381 2 grantee 13163
13381 3 udt_catalog 13163
13381 4 udt_schema 13163
13381 5 udt_name 13163
13381 6 privilege_type 13161
13381 7 is_grantable 13171
13386 1 grantor 13163
13386 2 grantee 13163
13386 3 udt_catalog 13163
13386 4 udt_schema 13163
13386 5 udt_name 13163
13386 6 privilege_type 13161
13386 7 is_grantable 13171
13390 1 grantor 13163
13390 2 grantee 13163
13390 3 object_catalog 13163
13390 4 object_schema 13163
13390 5 object_name 13163
13390 6 object_type 13161
13390 7 privilege_type 13161
13390 8 is_grantable 13171
13395 1 grantor 13163
13395 2 grantee 13163
13395 3 object_catalog 13163
13395 4 object_schema 13163
13395 5 object_name 13163
13395 6 object_type 13161
13395 7 privilege_type 13161
13395 8 is_grantable 13171
13399 1 user_defined_type_catalog 13163
13399 2 user_defined_type_schema 13163
13399 3 user_defined_type_name 13163
13399 4 user_defined_type_category 13161
13399 5 is_instantiable 13171
13399 6 is_final 13171
13399 7 ordering_form 13161
13399 8 ordering_category 13161
13399 9 ordering_routine_catalog 13163
13399 10 ordering_routine_schema 13163
13399 11 ordering_routine_name 13163
13399 12 reference_type 13161
13399 13 data_type 13161
13399 14 character_maximum_length 13158
13399 15 character_octet_length 13158
13399 16 character_set_catalog 13163
13399 17 character_set_schema 13163
13399 18 character_set_name 13163
13399 19 collation_catalog 13163
13399 20 collation_schema 13163
13399 21 collation_name 13163
13399 22 numeric_precision 13158
13399 23 numeric_precision_radix 13158
13399 24 numeric_scale 13158
13399 25 datetime_precision 13158
13399 26 interval_type 13161
13399 27 interval_precision 13158
13399 28 source_dtd_identifier 13163
13399 29 ref_dtd_identifier 13163
13404 1 view_catalog 13163
13404 2 view_schema 13163
13404 3 view_name 13163
13404 4 table_catalog 13163
13404 5 table_schema 13163
13404 6 table_name 13163
13404 7 column_name 13163
13409 1 table_catalog 13163
13409 2 table_schema 13163
13409 3 table_name 13163
13409 4 specific_catalog 13163
13409 5 specific_schema 13163
13409 6 specific_name 13163
13414 1 view_catalog 13163
13414 2 view_schema 13163
13414 3 view_name 13163
13414 4 table_catalog 13163
13414 5 table_schema 13163
13414 6 table_name 13163
13419 1 table_catalog 13163
13419 2 table_schema 13163
13419 3 table_name 13163
13419 4 view_definition 13161
13419 5 check_option 13161
13419 6 is_updatable 13171
13419 7 is_insertable_into 13171
13419 8 is_trigger_updatable 13171
13419 9 is_trigger_deletable 13171
13419 10 is_trigger_insertable_into 13171
13424 1 object_catalog 13163
13424 2 object_schema 13163
13424 3 object_name 13163
13424 4 object_type 13161
13424 5 dtd_identifier 13163
13429 1 object_catalog 13163
13429 2 object_schema 13163
13429 3 object_name 13163
13429 4 object_type 13161
13429 5 collection_type_identifier 13163
13429 6 data_type 13161
13429 7 character_maximum_length 13158
13429 8 character_octet_length 13158
13429 9 character_set_catalog 13163
13429 10 character_set_schema 13163
13429 11 character_set_name 13163
13429 12 collation_catalog 13163
13429 13 collation_schema 13163
13429 14 collation_name 13163
13429 15 numeric_precision 13158
13429 16 numeric_precision_radix 13158
13429 17 numeric_scale 13158
13429 18 datetime_precision 13158
13429 19 interval_type 13161
13429 20 interval_precision 13158
13429 21 udt_catalog 13163
13429 22 udt_schema 13163
13429 23 udt_name 13163
13429 24 scope_catalog 13163
13429 25 scope_schema 13163
13429 26 scope_name 13163
13429 27 maximum_cardinality 13158
13429 28 dtd_identifier 13163
13434 1 nspname 19
13434 2 relname 19
13434 3 attname 19
13434 4 attfdwoptions 1009
13439 1 table_catalog 13163
13439 2 table_schema 13163
13439 3 table_name 13163
13439 4 column_name 13163
13439 5 option_name 13163
13439 6 option_value 13161
13443 1 oid 26
13443 2 fdwowner 26
13443 3 fdwoptions 1009
13443 4 foreign_data_wrapper_catalog 13163
13443 5 foreign_data_wrapper_name 13163
13443 6 authorization_identifier 13163
13443 7 foreign_data_wrapper_language 13161
13447 1 foreign_data_wrapper_catalog 13163
13447 2 foreign_data_wrapper_name 13163
13447 3 option_name 13163
13447 4 option_value 13161
13451 1 foreign_data_wrapper_catalog 13163
13451 2 foreign_data_wrapper_name 13163
13451 3 authorization_identifier 13163
13451 4 library_name 13161
13451 5 foreign_data_wrapper_language 13161
13455 1 oid 26
13455 2 srvoptions 1009
13455 3 foreign_server_catalog 13163
13455 4 foreign_server_name 13163
13455 5 foreign_data_wrapper_catalog 13163
13455 6 foreign_data_wrapper_name 13163
13455 7 foreign_server_type 13161
13455 8 foreign_server_version 13161
13455 9 authorization_identifier 13163
13459 1 foreign_server_catalog 13163
13459 2 foreign_server_name 13163
13459 3 option_name 13163
13459 4 option_value 13161
13463 1 foreign_server_catalog 13163
13463 2 foreign_server_name 13163
13463 3 foreign_data_wrapper_catalog 13163
13463 4 foreign_data_wrapper_name 13163
13463 5 foreign_server_type 13161
13463 6 foreign_server_version 13161
13463 7 authorization_identifier 13163
13467 1 foreign_table_catalog 13163
13467 2 foreign_table_schema 13163
13467 3 foreign_table_name 13163
13467 4 ftoptions 1009
13467 5 foreign_server_catalog 13163
13467 6 foreign_server_name 13163
13467 7 authorization_identifier 13163
13472 1 foreign_table_catalog 13163
13472 2 foreign_table_schema 13163
13472 3 foreign_table_name 13163
13472 4 option_name 13163
13472 5 option_value 13161
13476 1 foreign_table_catalog 13163
13476 2 foreign_table_schema 13163
13476 3 foreign_table_name 13163
13476 4 foreign_server_catalog 13163
13476 5 foreign_server_name 13163
13480 1 oid 26
13480 2 umoptions 1009
13480 3 umuser 26
13480 4 authorization_identifier 13163
13480 5 foreign_server_catalog 13163
13480 6 foreign_server_name 13163
13480 7 srvowner 13163
13485 1 authorization_identifier 13163
13485 2 foreign_server_catalog 13163
13485 3 foreign_server_name 13163
13485 4 option_name 13163
13485 5 option_value 13161
13490 1 authorization_identifier 13163
13490 2 foreign_server_catalog 13163
13490 3 foreign_server_name 13163
@functions oid schema name volatility kind arguments language security_definer
3 pg_catalog heap_tableam_handler v f 1 internal f
31 pg_catalog byteaout i f 1 internal f
33 pg_catalog charout i f 1 internal f
34 pg_catalog namein i f 1 internal f
35 pg_catalog nameout i f 1 internal f
38 pg_catalog int2in i f 1 internal f
39 pg_catalog int2out i f 1 internal f
40 pg_catalog int2vectorin i f 1 internal f
41 pg_catalog int2vectorout i f 1 internal f
42 pg_catalog int4in i f 1 internal f
43 pg_catalog int4out i f 1 internal f
44 pg_catalog regprocin s f 1 internal f
45 pg_catalog regprocout s f 1 internal f
46 pg_catalog textin i f 1 internal f
47 pg_catalog textout i f 1 internal f
48 pg_catalog tidin i f 1 internal f
49 pg_catalog tidout i f 1 internal f
50 pg_catalog xidin i f 1 internal f
51 pg_catalog xidout i f 1 internal f
52 pg_catalog cidin i f 1 internal f
53 pg_catalog cidout i f 1 internal f
54 pg_catalog oidvectorin i f 1 internal f
55 pg_catalog oidvectorout i f 1 internal f
56 pg_catalog boollt i f 2 internal f
57 pg_catalog boolgt i f 2 internal f
60 pg_catalog booleq i f 2 internal f
61 pg_catalog chareq i f 2 internal f
62 pg_catalog nameeq i f 2 internal f
63 pg_catalog int2eq i f 2 internal f
64 pg_catalog int2lt i f 2 internal f
65 pg_catalog int4eq i f 2 internal f
66 pg_catalog int4lt i f 2 internal f
67 pg_catalog texteq i f 2 internal f
68 pg_catalog xideq i f 2 internal f
69 pg_catalog cideq i f 2 internal f
70 pg_catalog charne i f 2 internal f
72 pg_catalog charle i f 2 internal f
73 pg_catalog chargt i f 2 internal f
74 pg_catalog charge i f 2 internal f
77 pg_catalog int4 i f 1 internal f
78 pg_catalog char i f 1 internal f
79 pg_catalog nameregexeq i f 2 internal f
84 pg_catalog boolne i f 2 internal f
86 pg_catalog pg_ddl_command_in i f 1 internal f
87 pg_catalog pg_ddl_command_out i f 1 internal f
88 pg_catalog pg_ddl_command_recv i f 1 internal f
89 pg_catalog version s f 0 internal f
90 pg_catalog pg_ddl_command_send i f 1 internal f
101 pg_catalog eqsel s f 4 internal f
102 pg_catalog neqsel s f 4 internal f
103 pg_catalog scalarltsel s f 4 internal f
104 pg_catalog scalargtsel s f 4 internal f
105 pg_catalog eqjoinsel s f 5 internal f
106 pg_catalog neqjoinsel s f 5 internal f
107 pg_catalog scalarltjoinsel s f 5 internal f
108 pg_catalog scalargtjoinsel s f 5 internal f
109 pg_catalog unknownin i f 1 internal f
110 pg_catalog unknownout i f 1 internal f
115 pg_catalog box_above_eq i f 2 internal f
116 pg_catalog box_below_eq i f 2 internal f
117 pg_catalog point_in i f 1 internal f
118 pg_catalog point_out i f 1 internal f
119 pg_catalog lseg_in i f 1 internal f
120 pg_catalog lseg_out i f 1 internal f
121 pg_catalog path_in i f 1 internal f
122 pg_catalog path_out i f 1 internal f
123 pg_catalog box_in i f 1 internal f
124 pg_catalog box_out i f 1 internal f
125 pg_catalog box_overlap i f 2 internal f
126 pg_catalog box_ge i f 2 internal f
127 pg_catalog box_gt i f 2 internal f
128 pg_catalog box_eq i f 2 internal f
129 pg_catalog box_lt i f 2 internal f
130 pg_catalog box_le i f 2 internal f
131 pg_catalog point_above i f 2 internal f
132 pg_catalog point_left i f 2 internal f
133 pg_catalog point_right i f 2 internal f
134 pg_catalog point_below i f 2 internal f
135 pg_catalog point_eq i f 2 internal f
136 pg_catalog on_pb i f 2 internal f
137 pg_catalog on_ppath i f 2 internal f
138 pg_catalog box_center i f 1 internal f
139 pg_catalog areasel s f 4 internal f
140 pg_catalog areajoinsel s f 5 internal f
141 pg_catalog int4mul i f 2 internal f
144 pg_catalog int4ne i f 2 internal f
145 pg_catalog int2ne i f 2 internal f
146 pg_catalog int2gt i f 2 internal f
147 pg_catalog int4gt i f 2 internal f
148 pg_catalog int2le i f 2 internal f
149 pg_catalog int4le i f 2 internal f
150 pg_catalog int4ge i f 2 internal f
151 pg_catalog int2ge i f 2 internal f
152 pg_catalog int2mul i f 2 internal f
153 pg_catalog int2div i f 2 internal f
154 pg_catalog int4div i f 2 internal f
155 pg_catalog int2mod i f 2 internal f
156 pg_catalog int4mod i f 2 internal f
157 pg_catalog textne i f 2 internal f
158 pg_catalog int24eq i f 2 internal f
159 pg_catalog int42eq i f 2 internal f
160 pg_catalog int24lt i f 2 internal f
161 pg_catalog int42lt i f 2 internal f
162 pg_catalog int24gt i f 2 internal f
163 pg_catalog int42gt i f 2 internal f
164 pg_catalog int24ne i f 2 internal f
165 pg_catalog int42ne i f 2 internal f
166 pg_catalog int24le i f 2 internal f
167 pg_catalog int42le i f 2 internal f
168 pg_catalog int24ge i f 2 internal f
169 pg_catalog int42ge i f 2 internal f
170 pg_catalog int24mul i f 2 internal f
171 pg_catalog int42mul i f 2 internal f
172 pg_catalog int24div i f 2 internal f
173 pg_catalog int42div i f 2 internal f
176 pg_catalog int2pl i f 2 internal f
177 pg_catalog int4pl i f 2 internal f
178 pg_catalog int24pl i f 2 internal f
179 pg_catalog int42pl i f 2 internal f
180 pg_catalog int2mi i f 2 internal f
181 pg_catalog int4mi i f 2 internal f
182 pg_catalog int24mi i f 2 internal f
183 pg_catalog int42mi i f 2 internal f
184 pg_catalog oideq i f 2 internal f
185 pg_catalog oidne i f 2 internal f
186 pg_catalog box_same i f 2 internal f
187 pg_catalog box_contain i f 2 internal f
188 pg_catalog box_left i f 2 internal f
189 pg_catalog box_overleft i f 2 internal f
190 pg_catalog box_overright i f 2 internal f
191 pg_catalog box_right i f 2 internal f
192 pg_catalog box_contained i f 2 internal f
193 pg_catalog box_contain_pt i f 2 internal f
195 pg_catalog pg_node_tree_in i f 1 internal f
196 pg_catalog pg_node_tree_out i f 1 internal f
197 pg_catalog pg_node_tree_recv s f 1 internal f
198 pg_catalog pg_node_tree_send s f 1 internal f
200 pg_catalog float4in i f 1 internal f
201 pg_catalog float4out i f 1 internal f
202 pg_catalog float4mul i f 2 internal f
203 pg_catalog float4div i f 2 internal f
204 pg_catalog float4pl i f 2 internal f
205 pg_catalog float4mi i f 2 internal f
206 pg_catalog float4um i f 1 internal f
207 pg_catalog float4abs i f 1 internal f
208 pg_catalog float4_accum i f 2 internal f
209 pg_catalog float4larger i f 2 internal f
211 pg_catalog float4smaller i f 2 internal f
212 pg_catalog int4um i f 1 internal f
213 pg_catalog int2um i f 1 internal f
214 pg_catalog float8in i f 1 internal f
215 pg_catalog float8out i f 1 internal f
216 pg_catalog float8mul i f 2 internal f
217 pg_catalog float8div i f 2 internal f
218 pg_catalog float8pl i f 2 internal f
219 pg_catalog float8mi i f 2 internal f
220 pg_catalog float8um i f 1 internal f
221 pg_catalog float8abs i f 1 internal f
222 pg_catalog float8_accum i f 2 internal f
223 pg_catalog float8larger i f 2 internal f
224 pg_catalog float8smaller i f 2 internal f
225 pg_catalog lseg_center i f 1 internal f
227 pg_catalog poly_center i f 1 internal f
228 pg_catalog dround i f 1 internal f
229 pg_catalog dtrunc i f 1 internal f
230 pg_catalog dsqrt i f 1 internal f
231 pg_catalog dcbrt i f 1 internal f
232 pg_catalog dpow i f 2 internal f
233 pg_catalog dexp i f 1 internal f
234 pg_catalog dlog1 i f 1 internal f
235 pg_catalog float8 i f 1 internal f
236 pg_catalog float4 i f 1 internal f
237 pg_catalog int2 i f 1 internal f
238 pg_catalog int2 i f 1 internal f
239 pg_catalog line_distance i f 2 internal f
240 pg_catalog nameeqtext i f 2 internal f
241 pg_catalog namelttext i f 2 internal f
242 pg_catalog nameletext i f 2 internal f
243 pg_catalog namegetext i f 2 internal f
244 pg_catalog namegttext i f 2 internal f
245 pg_catalog namenetext i f 2 internal f
246 pg_catalog btnametextcmp i f 2 internal f
247 pg_catalog texteqname i f 2 internal f
248 pg_catalog textltname i f 2 internal f
249 pg_catalog textlename i f 2 internal f
250 pg_catalog textgename i f 2 internal f
251 pg_catalog textgtname i f 2 internal f
252 pg_catalog textnename i f 2 internal f
253 pg_catalog bttextnamecmp i f 2 internal f
266 pg_catalog nameconcatoid i f 2 internal f
267 pg_catalog table_am_handler_in i f 1 internal f
268 pg_catalog table_am_handler_out i f 1 internal f
274 pg_catalog timeofday v f 0 internal f
275 pg_catalog pg_nextoid v f 3 internal f
276 pg_catalog float8_combine i f 2 internal f
277 pg_catalog inter_sl i f 2 internal f
278 pg_catalog inter_lb i f 2 internal f
279 pg_catalog float48mul i f 2 internal f
280 pg_catalog float48div i f 2 internal f
281 pg_catalog float48pl i f 2 internal f
282 pg_catalog float48mi i f 2 internal f
283 pg_catalog float84mul i f 2 internal f
284 pg_catalog float84div i f 2 internal f
285 pg_catalog float84pl i f 2 internal f
286 pg_catalog float84mi i f 2 internal f
287 pg_catalog float4eq i f 2 internal f
288 pg_catalog float4ne i f 2 internal f
289 pg_catalog float4lt i f 2 internal f
290 pg_catalog float4le i f 2 internal f
291 pg_catalog float4gt i f 2 internal f
292 pg_catalog float4ge i f 2 internal f
293 pg_catalog float8eq i f 2 internal f
294 pg_catalog float8ne i f 2 internal f
295 pg_catalog float8lt i f 2 internal f
296 pg_catalog float8le i f 2 internal f
297 pg_catalog float8gt i f 2 internal f
298 pg_catalog float8ge i f 2 internal f
299 pg_catalog float48eq i f 2 internal f
300 pg_catalog float48ne i f 2 internal f
301 pg_catalog float48lt i f 2 internal f
302 pg_catalog float48le i f 2 internal f
303 pg_catalog float48gt i f 2 internal f
304 pg_catalog float48ge i f 2 internal f
305 pg_catalog float84eq i f 2 internal f
306 pg_catalog float84ne i f 2 internal f
307 pg_catalog float84lt i f 2 internal f
308 pg_catalog float84le i f 2 internal f
309 pg_catalog float84gt i f 2 internal f
310 pg_catalog float84ge i f 2 internal f
311 pg_catalog float8 i f 1 internal f
312 pg_catalog float4 i f 1 internal f
313 pg_catalog int4 i f 1 internal f
314 pg_catalog int2 i f 1 internal f
315 pg_catalog pg_jit_available v f 0 internal f
316 pg_catalog float8 i f 1 internal f
317 pg_catalog int4 i f 1 internal f
318 pg_catalog float4 i f 1 internal f
319 pg_catalog int4 i f 1 internal f
320 pg_catalog width_bucket i f 4 internal f
321 pg_catalog json_in i f 1 internal f
322 pg_catalog json_out i f 1 internal f
323 pg_catalog json_recv i f 1 internal f
324 pg_catalog json_send i f 1 internal f
326 pg_catalog index_am_handler_in i f 1 internal f
327 pg_catalog index_am_handler_out i f 1 internal f
328 pg_catalog hashmacaddr8 i f 1 internal f
329 pg_catalog hash_aclitem i f 1 internal f
330 pg_catalog bthandler v f 1 internal f
331 pg_catalog hashhandler v f 1 internal f
332 pg_catalog gisthandler v f 1 internal f
333 pg_catalog ginhandler v f 1 internal f
334 pg_catalog spghandler v f 1 internal f
335 pg_catalog brinhandler v f 1 internal f
336 pg_catalog scalarlesel s f 4 internal f
337 pg_catalog scalargesel s f 4 internal f
338 pg_catalog amvalidate v f 1 internal f
339 pg_catalog poly_same i f 2 internal f
340 pg_catalog poly_contain i f 2 internal f
341 pg_catalog poly_left i f 2 internal f
342 pg_catalog poly_overleft i f 2 internal f
343 pg_catalog poly_overright i f 2 internal f
344 pg_catalog poly_right i f 2 internal f
345 pg_catalog poly_contained i f 2 internal f
346 pg_catalog poly_overlap i f 2 internal f
347 pg_catalog poly_in i f 1 internal f
348 pg_catalog poly_out i f 1 internal f
350 pg_catalog btint2cmp i f 2 internal f
351 pg_catalog btint4cmp i f 2 internal f
354 pg_catalog btfloat4cmp i f 2 internal f
355 pg_catalog btfloat8cmp i f 2 internal f
356 pg_catalog btoidcmp i f 2 internal f
357 pg_catalog dist_bp i f 2 internal f
358 pg_catalog btcharcmp i f 2 internal f
359 pg_catalog btnamecmp i f 2 internal f
360 pg_catalog bttextcmp i f 2 internal f
361 pg_catalog lseg_distance i f 2 internal f
362 pg_catalog lseg_interpt i f 2 internal f
363 pg_catalog dist_ps i f 2 internal f
364 pg_catalog dist_pb i f 2 internal f
365 pg_catalog dist_sb i f 2 internal f
366 pg_catalog close_ps i f 2 internal f
367 pg_catalog close_pb i f 2 internal f
368 pg_catalog close_sb i f 2 internal f
369 pg_catalog on_ps i f 2 internal f
370 pg_catalog path_distance i f 2 internal f
371 pg_catalog dist_ppath i f 2 internal f
372 pg_catalog on_sb i f 2 internal f
373 pg_catalog inter_sb i f 2 internal f
376 pg_catalog string_to_array i f 3 internal f
377 pg_catalog cash_cmp i f 2 internal f
378 pg_catalog array_append i f 2 internal f
379 pg_catalog array_prepend i f 2 internal f
380 pg_catalog dist_sp i f 2 internal f
381 pg_catalog dist_bs i f 2 internal f
382 pg_catalog btarraycmp i f 2 internal f
383 pg_catalog array_cat i f 2 internal f
384 pg_catalog array_to_string s f 3 internal f
386 pg_catalog scalarlejoinsel s f 5 internal f
390 pg_catalog array_ne i f 2 internal f
391 pg_catalog array_lt i f 2 internal f
392 pg_catalog array_gt i f 2 internal f
393 pg_catalog array_le i f 2 internal f
394 pg_catalog string_to_array i f 2 internal f
395 pg_catalog array_to_string s f 2 internal f
396 pg_catalog array_ge i f 2 internal f
398 pg_catalog scalargejoinsel s f 5 internal f
399 pg_catalog hashmacaddr i f 1 internal f
400 pg_catalog hashtext i f 1 internal f
401 pg_catalog text i f 1 internal f
404 pg_catalog btoidvectorcmp i f 2 internal f
406 pg_catalog text i f 1 internal f
407 pg_catalog name i f 1 internal f
408 pg_catalog bpchar i f 1 internal f
409 pg_catalog name i f 1 internal f
421 pg_catalog dist_pathp i f 2 internal f
422 pg_catalog hashinet i f 1 internal f
425 pg_catalog hashint4extended i f 2 internal f
432 pg_catalog hash_numeric i f 1 internal f
436 pg_catalog macaddr_in i f 1 internal f
437 pg_catalog macaddr_out i f 1 internal f
438 pg_catalog num_nulls i f 1 internal f
440 pg_catalog num_nonnulls i f 1 internal f
441 pg_catalog hashint2extended i f 2 internal f
442 pg_catalog hashint8extended i f 2 internal f
443 pg_catalog hashfloat4extended i f 2 internal f
444 pg_catalog hashfloat8extended i f 2 internal f
445 pg_catalog hashoidextended i f 2 internal f
446 pg_catalog hashcharextended i f 2 internal f
447 pg_catalog hashnameextended i f 2 internal f
448 pg_catalog hashtextextended i f 2 internal f
449 pg_catalog hashint2 i f 1 internal f
450 pg_catalog hashint4 i f 1 internal f
451 pg_catalog hashfloat4 i f 1 internal f
452 pg_catalog hashfloat8 i f 1 internal f
453 pg_catalog hashoid i f 1 internal f
454 pg_catalog hashchar i f 1 internal f
455 pg_catalog hashname i f 1 internal f
456 pg_catalog hashvarlena i f 1 internal f
457 pg_catalog hashoidvector i f 1 internal f
458 pg_catalog text_larger i f 2 internal f
459 pg_catalog text_smaller i f 2 internal f
460 pg_catalog int8in i f 1 internal f
461 pg_catalog int8out i f 1 internal f
462 pg_catalog int8um i f 1 internal f
463 pg_catalog int8pl i f 2 internal f
464 pg_catalog int8mi i f 2 internal f
465 pg_catalog int8mul i f 2 internal f
466 pg_catalog int8div i f 2 internal f
467 pg_catalog int8eq i f 2 internal f
468 pg_catalog int8ne i f 2 internal f
469 pg_catalog int8lt i f 2 internal f
470 pg_catalog int8gt i f 2 internal f
471 pg_catalog int8le i f 2 internal f
472 pg_catalog int8ge i f 2 internal f
474 pg_catalog int84eq i f 2 internal f
475 pg_catalog int84ne i f 2 internal f
476 pg_catalog int84lt i f 2 internal f
477 pg_catalog int84gt i f 2 internal f
478 pg_catalog int84le i f 2 internal f
479 pg_catalog int84ge i f 2 internal f
480 pg_catalog int4 i f 1 internal f
481 pg_catalog int8 i f 1 internal f
482 pg_catalog float8 i f 1 internal f
483 pg_catalog int8 i f 1 internal f
515 pg_catalog array_larger i f 2 internal f
516 pg_catalog array_smaller i f 2 internal f
598 pg_catalog abbrev i f 1 internal f
599 pg_catalog abbrev i f 1 internal f
605 pg_catalog set_masklen i f 2 internal f
619 pg_catalog oidvectorne i f 2 internal f
626 pg_catalog hash_array i f 1 internal f
635 pg_catalog set_masklen i f 2 internal f
636 pg_catalog pg_indexam_has_property s f 2 internal f
637 pg_catalog pg_index_has_property s f 2 internal f
638 pg_catalog pg_index_column_has_property s f 3 internal f
652 pg_catalog float4 i f 1 internal f
653 pg_catalog int8 i f 1 internal f
655 pg_catalog namelt i f 2 internal f
656 pg_catalog namele i f 2 internal f
657 pg_catalog namegt i f 2 internal f
658 pg_catalog namege i f 2 internal f
659 pg_catalog namene i f 2 internal f
668 pg_catalog bpchar i f 3 internal f
669 pg_catalog varchar i f 3 internal f
676 pg_catalog pg_indexam_progress_phasename i f 2 internal f
677 pg_catalog oidvectorlt i f 2 internal f
678 pg_catalog oidvectorle i f 2 internal f
679 pg_catalog oidvectoreq i f 2 internal f
680 pg_catalog oidvectorge i f 2 internal f
681 pg_catalog oidvectorgt i f 2 internal f
683 pg_catalog network i f 1 internal f
696 pg_catalog netmask i f 1 internal f
697 pg_catalog masklen i f 1 internal f
698 pg_catalog broadcast i f 1 internal f
699 pg_catalog host i f 1 internal f
702 pg_catalog dist_lp i f 2 internal f
704 pg_catalog dist_ls i f 2 internal f
710 pg_catalog getpgusername s f 0 internal f
711 pg_catalog family i f 1 internal f
714 pg_catalog int2 i f 1 internal f
715 pg_catalog lo_create v f 1 internal f
716 pg_catalog oidlt i f 2 internal f
717 pg_catalog oidle i f 2 internal f
720 pg_catalog octet_length i f 1 internal f
721 pg_catalog get_byte i f 2 internal f
722 pg_catalog set_byte i f 3 internal f
723 pg_catalog get_bit i f 2 internal f
724 pg_catalog set_bit i f 3 internal f
725 pg_catalog dist_pl i f 2 internal f
727 pg_catalog dist_sl i f 2 internal f
728 pg_catalog dist_cpoly i f 2 internal f
729 pg_catalog poly_distance i f 2 internal f
730 pg_catalog text i f 1 internal f
740 pg_catalog text_lt i f 2 internal f
741 pg_catalog text_le i f 2 internal f
742 pg_catalog text_gt i f 2 internal f
743 pg_catalog text_ge i f 2 internal f
744 pg_catalog array_eq i f 2 internal f
745 pg_catalog current_user s f 0 internal f
746 pg_catalog session_user s f 0 internal f
747 pg_catalog array_dims i f 1 internal f
748 pg_catalog array_ndims i f 1 internal f
749 pg_catalog overlay i f 4 internal f
750 pg_catalog array_in s f 3 internal f
751 pg_catalog array_out s f 1 internal f
752 pg_catalog overlay i f 3 internal f
753 pg_catalog trunc i f 1 internal f
754 pg_catalog int8 i f 1 internal f
764 pg_catalog lo_import v f 1 internal f
765 pg_catalog lo_export v f 2 internal f
766 pg_catalog int4inc i f 1 internal f
767 pg_catalog lo_import v f 2 internal f
768 pg_catalog int4larger i f 2 internal f
769 pg_catalog int4smaller i f 2 internal f
770 pg_catalog int2larger i f 2 internal f
771 pg_catalog int2smaller i f 2 internal f
772 pg_catalog hashvarlenaextended i f 2 internal f
776 pg_catalog hashoidvectorextended i f 2 internal f
777 pg_catalog hash_aclitem_extended i f 2 internal f
778 pg_catalog hashmacaddrextended i f 2 internal f
779 pg_catalog hashinetextended i f 2 internal f
780 pg_catalog hash_numeric_extended i f 2 internal f
781 pg_catalog hashmacaddr8extended i f 2 internal f
782 pg_catalog hash_array_extended i f 2 internal f
785 pg_catalog dist_polyc i f 2 internal f
810 pg_catalog pg_client_encoding s f 0 internal f
817 pg_catalog current_query v f 0 internal f
830 pg_catalog macaddr_eq i f 2 internal f
831 pg_catalog macaddr_lt i f 2 internal f
832 pg_catalog macaddr_le i f 2 internal f
833 pg_catalog macaddr_gt i f 2 internal f
834 pg_catalog macaddr_ge i f 2 internal f
835 pg_catalog macaddr_ne i f 2 internal f
836 pg_catalog macaddr_cmp i f 2 internal f
837 pg_catalog int82pl i f 2 internal f
838 pg_catalog int82mi i f 2 internal f
839 pg_catalog int82mul i f 2 internal f
840 pg_catalog int82div i f 2 internal f
841 pg_catalog int28pl i f 2 internal f
842 pg_catalog btint8cmp i f 2 internal f
846 pg_catalog cash_mul_flt4 i f 2 internal f
847 pg_catalog cash_div_flt4 i f 2 internal f
848 pg_catalog flt4_mul_cash i f 2 internal f
849 pg_catalog position i f 2 internal f
850 pg_catalog textlike i f 2 internal f
851 pg_catalog textnlike i f 2 internal f
852 pg_catalog int48eq i f 2 internal f
853 pg_catalog int48ne i f 2 internal f
854 pg_catalog int48lt i f 2 internal f
855 pg_catalog int48gt i f 2 internal f
856 pg_catalog int48le i f 2 internal f
857 pg_catalog int48ge i f 2 internal f
858 pg_catalog namelike i f 2 internal f
859 pg_catalog namenlike i f 2 internal f
860 pg_catalog bpchar i f 1 internal f
861 pg_catalog current_database s f 0 internal f
862 pg_catalog int4_mul_cash i f 2 internal f
863 pg_catalog int2_mul_cash i f 2 internal f
864 pg_catalog cash_mul_int4 i f 2 internal f
865 pg_catalog cash_div_int4 i f 2 internal f
866 pg_catalog cash_mul_int2 i f 2 internal f
867 pg_catalog cash_div_int2 i f 2 internal f
868 pg_catalog strpos i f 2 internal f
870 pg_catalog lower i f 1 internal f
871 pg_catalog upper i f 1 internal f
872 pg_catalog initcap i f 1 internal f
873 pg_catalog lpad i f 3 internal f
874 pg_catalog rpad i f 3 internal f
875 pg_catalog ltrim i f 2 internal f
876 pg_catalog rtrim i f 2 internal f
877 pg_catalog substr i f 3 internal f
878 pg_catalog translate i f 3 internal f
879 pg_catalog lpad i f 2 sql f
880 pg_catalog rpad i f 2 sql f
881 pg_catalog ltrim i f 1 internal f
882 pg_catalog rtrim i f 1 internal f
883 pg_catalog substr i f 2 internal f
884 pg_catalog btrim i f 2 internal f
885 pg_catalog btrim i f 1 internal f
886 pg_catalog cash_in s f 1 internal f
887 pg_catalog cash_out s f 1 internal f
888 pg_catalog cash_eq i f 2 internal f
889 pg_catalog cash_ne i f 2 internal f
890 pg_catalog cash_lt i f 2 internal f
891 pg_catalog cash_le i f 2 internal f
892 pg_catalog cash_gt i f 2 internal f
893 pg_catalog cash_ge i f 2 internal f
894 pg_catalog cash_pl i f 2 internal f
895 pg_catalog cash_mi i f 2 internal f
896 pg_catalog cash_mul_flt8 i f 2 internal f
897 pg_catalog cash_div_flt8 i f 2 internal f
898 pg_catalog cashlarger i f 2 internal f
899 pg_catalog cashsmaller i f 2 internal f
910 pg_catalog inet_in i f 1 internal f
911 pg_catalog inet_out i f 1 internal f
919 pg_catalog flt8_mul_cash i f 2 internal f
920 pg_catalog network_eq i f 2 internal f
921 pg_catalog network_lt i f 2 internal f
922 pg_catalog network_le i f 2 internal f
923 pg_catalog network_gt i f 2 internal f
924 pg_catalog network_ge i f 2 internal f
925 pg_catalog network_ne i f 2 internal f
926 pg_catalog network_cmp i f 2 internal f
927 pg_catalog network_sub i f 2 internal f
928 pg_catalog network_subeq i f 2 internal f
929 pg_catalog network_sup i f 2 internal f
930 pg_catalog network_supeq i f 2 internal f
935 pg_catalog cash_words i f 1 internal f
936 pg_catalog substring i f 3 internal f
937 pg_catalog substring i f 2 internal f
938 pg_catalog generate_series i f 3 internal f
939 pg_catalog generate_series s f 3 internal f
940 pg_catalog mod i f 2 internal f
941 pg_catalog mod i f 2 internal f
942 pg_catalog int28mi i f 2 internal f
943 pg_catalog int28mul i f 2 internal f
944 pg_catalog char i f 1 internal f
945 pg_catalog int8mod i f 2 internal f
946 pg_catalog text i f 1 internal f
947 pg_catalog mod i f 2 internal f
948 pg_catalog int28div i f 2 internal f
949 pg_catalog hashint8 i f 1 internal f
952 pg_catalog lo_open v f 2 internal f
953 pg_catalog lo_close v f 1 internal f
954 pg_catalog loread v f 2 internal f
955 pg_catalog lowrite v f 2 internal f
956 pg_catalog lo_lseek v f 3 internal f
957 pg_catalog lo_creat v f 1 internal f
958 pg_catalog lo_tell v f 1 internal f
959 pg_catalog on_pl i f 2 internal f
960 pg_catalog on_sl i f 2 internal f
961 pg_catalog close_pl i f 2 internal f
964 pg_catalog lo_unlink v f 1 internal f
972 pg_catalog hashbpcharextended i f 2 internal f
973 pg_catalog path_inter i f 2 internal f
975 pg_catalog area i f 1 internal f
976 pg_catalog width i f 1 internal f
977 pg_catalog height i f 1 internal f
978 pg_catalog box_distance i f 2 internal f
979 pg_catalog area i f 1 internal f
980 pg_catalog box_intersect i f 2 internal f
981 pg_catalog diagonal i f 1 internal f
982 pg_catalog path_n_lt i f 2 internal f
983 pg_catalog path_n_gt i f 2 internal f
984 pg_catalog path_n_eq i f 2 internal f
985 pg_catalog path_n_le i f 2 internal f
986 pg_catalog path_n_ge i f 2 internal f
987 pg_catalog path_length i f 1 internal f
988 pg_catalog point_ne i f 2 internal f
989 pg_catalog point_vert i f 2 internal f
990 pg_catalog point_horiz i f 2 internal f
991 pg_catalog point_distance i f 2 internal f
992 pg_catalog slope i f 2 internal f
993 pg_catalog lseg i f 2 internal f
994 pg_catalog lseg_intersect i f 2 internal f
995 pg_catalog lseg_parallel i f 2 internal f
996 pg_catalog lseg_perp i f 2 internal f
997 pg_catalog lseg_vertical i f 1 internal f
998 pg_catalog lseg_horizontal i f 1 internal f
999 pg_catalog lseg_eq i f 2 internal f
1004 pg_catalog lo_truncate v f 2 internal f
1023 pg_catalog textlike_support i f 1 internal f
1024 pg_catalog texticregexeq_support i f 1 internal f
1025 pg_catalog texticlike_support i f 1 internal f
1026 pg_catalog timezone i f 2 internal f
1030 pg_catalog gist_point_compress i f 1 internal f
1031 pg_catalog aclitemin s f 1 internal f
1032 pg_catalog aclitemout s f 1 internal f
1035 pg_catalog aclinsert i f 2 internal f
1036 pg_catalog aclremove i f 2 internal f
1037 pg_catalog aclcontains i f 2 internal f
1039 pg_catalog getdatabaseencoding s f 0 internal f
1044 pg_catalog bpcharin i f 3 internal f
1045 pg_catalog bpcharout i f 1 internal f
1046 pg_catalog varcharin i f 3 internal f
1047 pg_catalog varcharout i f 1 internal f
1048 pg_catalog bpchareq i f 2 internal f
1049 pg_catalog bpcharlt i f 2 internal f
1050 pg_catalog bpcharle i f 2 internal f
1051 pg_catalog bpchargt i f 2 internal f
1052 pg_catalog bpcharge i f 2 internal f
1053 pg_catalog bpcharne i f 2 internal f
1062 pg_catalog aclitemeq i f 2 internal f
1063 pg_catalog bpchar_larger i f 2 internal f
1064 pg_catalog bpchar_smaller i f 2 internal f
1065 pg_catalog pg_prepared_xact v f 0 internal f
1066 pg_catalog generate_series i f 3 internal f
1067 pg_catalog generate_series i f 2 internal f
1068 pg_catalog generate_series i f 3 internal f
1069 pg_catalog generate_series i f 2 internal f
1078 pg_catalog bpcharcmp i f 2 internal f
1079 pg_catalog regclass s f 1 internal f
1080 pg_catalog hashbpchar i f 1 internal f
1081 pg_catalog format_type s f 2 internal f
1084 pg_catalog date_in s f 1 internal f
1085 pg_catalog date_out s f 1 internal f
1086 pg_catalog date_eq i f 2 internal f
1087 pg_catalog date_lt i f 2 internal f
1088 pg_catalog date_le i f 2 internal f
1089 pg_catalog date_gt i f 2 internal f
1090 pg_catalog date_ge i f 2 internal f
1091 pg_catalog date_ne i f 2 internal f
1092 pg_catalog date_cmp i f 2 internal f
1102 pg_catalog time_lt i f 2 internal f
1103 pg_catalog time_le i f 2 internal f
1104 pg_catalog time_gt i f 2 internal f
1105 pg_catalog time_ge i f 2 internal f
1106 pg_catalog time_ne i f 2 internal f
1107 pg_catalog time_cmp i f 2 internal f
1136 pg_catalog pg_stat_get_wal s f 0 internal f
1137 pg_catalog pg_get_wal_replay_pause_state v f 0 internal f
1138 pg_catalog date_larger i f 2 internal f
1139 pg_catalog date_smaller i f 2 internal f
1140 pg_catalog date_mi i f 2 internal f
1141 pg_catalog date_pli i f 2 internal f
1142 pg_catalog date_mii i f 2 internal f
1143 pg_catalog time_in s f 3 internal f
1144 pg_catalog time_out i f 1 internal f
1145 pg_catalog time_eq i f 2 internal f
1146 pg_catalog circle_add_pt i f 2 internal f
1147 pg_catalog circle_sub_pt i f 2 internal f
1148 pg_catalog circle_mul_pt i f 2 internal f
1149 pg_catalog circle_div_pt i f 2 internal f
1150 pg_catalog timestamptz_in s f 3 internal f
1151 pg_catalog timestamptz_out s f 1 internal f
1152 pg_catalog timestamptz_eq i f 2 internal f
1153 pg_catalog timestamptz_ne i f 2 internal f
1154 pg_catalog timestamptz_lt i f 2 internal f
1155 pg_catalog timestamptz_le i f 2 internal f
1156 pg_catalog timestamptz_ge i f 2 internal f
1157 pg_catalog timestamptz_gt i f 2 internal f
1158 pg_catalog to_timestamp i f 1 internal f
1159 pg_catalog timezone i f 2 internal f
1160 pg_catalog interval_in s f 3 internal f
1161 pg_catalog interval_out s f 1 internal f
1162 pg_catalog interval_eq i f 2 internal f
1163 pg_catalog interval_ne i f 2 internal f
1164 pg_catalog interval_lt i f 2 internal f
1165 pg_catalog interval_le i f 2 internal f
1166 pg_catalog interval_ge i f 2 internal f
1167 pg_catalog interval_gt i f 2 internal f
1168 pg_catalog interval_um i f 1 internal f
1169 pg_catalog interval_pl i f 2 internal f
1170 pg_catalog interval_mi i f 2 internal f
1171 pg_catalog date_part s f 2 internal f
1172 pg_catalog date_part i f 2 internal f
1173 pg_catalog network_subset_support i f 1 internal f
1174 pg_catalog timestamptz s f 1 internal f
1175 pg_catalog justify_hours i f 1 internal f
1176 pg_catalog timestamptz s f 2 sql f
1177 pg_catalog jsonb_path_exists_tz s f 4 internal f
1178 pg_catalog date s f 1 internal f
1179 pg_catalog jsonb_path_query_tz s f 4 internal f
1180 pg_catalog jsonb_path_query_array_tz s f 4 internal f
1181 pg_catalog age s f 1 internal f
1188 pg_catalog timestamptz_mi i f 2 internal f
1189 pg_catalog timestamptz_pl_interval s f 2 internal f
1190 pg_catalog timestamptz_mi_interval s f 2 internal f
1191 pg_catalog generate_subscripts i f 3 internal f
1192 pg_catalog generate_subscripts i f 2 internal f
1193 pg_catalog array_fill i f 2 internal f
1194 pg_catalog log10 i f 1 internal f
1195 pg_catalog timestamptz_smaller i f 2 internal f
1196 pg_catalog timestamptz_larger i f 2 internal f
1197 pg_catalog interval_smaller i f 2 internal f
1198 pg_catalog interval_larger i f 2 internal f
1199 pg_catalog age i f 2 internal f
1200 pg_catalog interval i f 2 internal f
1215 pg_catalog obj_description s f 2 sql f
1216 pg_catalog col_description s f 2 sql f
1217 pg_catalog date_trunc s f 2 internal f
1218 pg_catalog date_trunc i f 2 internal f
1219 pg_catalog int8inc i f 1 internal f
1230 pg_catalog int8abs i f 1 internal f
1236 pg_catalog int8larger i f 2 internal f
1237 pg_catalog int8smaller i f 2 internal f
1238 pg_catalog texticregexeq i f 2 internal f
1239 pg_catalog texticregexne i f 2 internal f
1240 pg_catalog nameicregexeq i f 2 internal f
1241 pg_catalog nameicregexne i f 2 internal f
1242 pg_catalog boolin i f 1 internal f
1243 pg_catalog boolout i f 1 internal f
1244 pg_catalog byteain i f 1 internal f
1245 pg_catalog charin i f 1 internal f
1246 pg_catalog charlt i f 2 internal f
1250 pg_catalog unique_key_recheck v f 0 internal f
1251 pg_catalog int4abs i f 1 internal f
1252 pg_catalog nameregexne i f 2 internal f
1253 pg_catalog int2abs i f 1 internal f
1254 pg_catalog textregexeq i f 2 internal f
1256 pg_catalog textregexne i f 2 internal f
1257 pg_catalog textlen i f 1 internal f
1258 pg_catalog textcat i f 2 internal f
1264 pg_catalog pg_char_to_encoding s f 1 internal f
1265 pg_catalog tidne i f 2 internal f
1267 pg_catalog cidr_in i f 1 internal f
1268 pg_catalog parse_ident i f 2 internal f
1269 pg_catalog pg_column_size s f 1 internal f
1271 pg_catalog overlaps i f 4 internal f
1272 pg_catalog datetime_pl i f 2 internal f
1273 pg_catalog date_part i f 2 internal f
1274 pg_catalog int84pl i f 2 internal f
1275 pg_catalog int84mi i f 2 internal f
1276 pg_catalog int84mul i f 2 internal f
1277 pg_catalog int84div i f 2 internal f
1278 pg_catalog int48pl i f 2 internal f
1279 pg_catalog int48mi i f 2 internal f
1280 pg_catalog int48mul i f 2 internal f
1281 pg_catalog int48div i f 2 internal f
1282 pg_catalog quote_ident i f 1 internal f
1283 pg_catalog quote_literal i f 1 internal f
1284 pg_catalog date_trunc i f 3 internal f
1285 pg_catalog quote_literal s f 1 sql f
1286 pg_catalog array_fill i f 3 internal f
1287 pg_catalog oid i f 1 internal f
1288 pg_catalog int8 i f 1 internal f
1289 pg_catalog quote_nullable i f 1 internal f
1290 pg_catalog quote_nullable s f 1 sql f
1291 pg_catalog suppress_redundant_updates_trigger v f 0 internal f
1292 pg_catalog tideq i f 2 internal f
1293 pg_catalog unnest i f 1 internal f
1294 pg_catalog currtid2 v f 2 internal f
1295 pg_catalog justify_days i f 1 internal f
1296 pg_catalog timedate_pl i f 2 sql f
1297 pg_catalog datetimetz_pl i f 2 internal f
1298 pg_catalog timetzdate_pl i f 2 sql f
1299 pg_catalog now s f 0 internal f
1300 pg_catalog positionsel s f 4 internal f
1301 pg_catalog positionjoinsel s f 5 internal f
1302 pg_catalog contsel s f 4 internal f
1303 pg_catalog contjoinsel s f 5 internal f
1304 pg_catalog overlaps i f 4 internal f
1305 pg_catalog overlaps s f 4 sql f
1306 pg_catalog overlaps s f 4 sql f
1307 pg_catalog overlaps s f 4 sql f
1308 pg_catalog overlaps i f 4 internal f
1309 pg_catalog overlaps i f 4 sql f
1310 pg_catalog overlaps i f 4 sql f
1311 pg_catalog overlaps i f 4 sql f
1312 pg_catalog timestamp_in s f 3 internal f
1313 pg_catalog timestamp_out s f 1 internal f
1314 pg_catalog timestamptz_cmp i f 2 internal f
1315 pg_catalog interval_cmp i f 2 internal f
1316 pg_catalog time i f 1 internal f
1317 pg_catalog length i f 1 internal f
1318 pg_catalog length i f 1 internal f
1319 pg_catalog xideqint4 i f 2 internal f
1326 pg_catalog interval_div i f 2 internal f
1339 pg_catalog dlog10 i f 1 internal f
1340 pg_catalog log i f 1 internal f
1341 pg_catalog ln i f 1 internal f
1342 pg_catalog round i f 1 internal f
1343 pg_catalog trunc i f 1 internal f
1344 pg_catalog sqrt i f 1 internal f
1345 pg_catalog cbrt i f 1 internal f
1346 pg_catalog pow i f 2 internal f
1347 pg_catalog exp i f 1 internal f
1348 pg_catalog obj_description s f 1 sql f
1349 pg_catalog oidvectortypes s f 1 internal f
1350 pg_catalog timetz_in s f 3 internal f
1351 pg_catalog timetz_out i f 1 internal f
1352 pg_catalog timetz_eq i f 2 internal f
1353 pg_catalog timetz_ne i f 2 internal f
1354 pg_catalog timetz_lt i f 2 internal f
1355 pg_catalog timetz_le i f 2 internal f
1356 pg_catalog timetz_ge i f 2 internal f
1357 pg_catalog timetz_gt i f 2 internal f
1358 pg_catalog timetz_cmp i f 2 internal f
1359 pg_catalog timestamptz i f 2 internal f
1362 pg_catalog hostmask i f 1 internal f
1364 pg_catalog textregexeq_support i f 1 internal f
1365 pg_catalog makeaclitem i f 4 internal f
1367 pg_catalog character_length i f 1 internal f
1368 pg_catalog power i f 2 internal f
1369 pg_catalog character_length i f 1 internal f
1370 pg_catalog interval i f 1 internal f
1371 pg_catalog pg_lock_status v f 0 internal f
1372 pg_catalog char_length i f 1 internal f
1373 pg_catalog isfinite i f 1 internal f
1374 pg_catalog octet_length i f 1 internal f
1375 pg_catalog octet_length i f 1 internal f
1376 pg_catalog factorial i f 1 internal f
1377 pg_catalog time_larger i f 2 internal f
1378 pg_catalog time_smaller i f 2 internal f
1379 pg_catalog timetz_larger i f 2 internal f
1380 pg_catalog timetz_smaller i f 2 internal f
1381 pg_catalog char_length i f 1 internal f
1384 pg_catalog date_part i f 2 sql f
1385 pg_catalog date_part i f 2 internal f
1386 pg_catalog age s f 1 sql f
1387 pg_catalog pg_get_constraintdef s f 1 internal f
1388 pg_catalog timetz s f 1 internal f
1389 pg_catalog isfinite i f 1 internal f
1390 pg_catalog isfinite i f 1 internal f
1391 pg_catalog pg_stat_get_backend_start s f 1 internal f
1392 pg_catalog pg_stat_get_backend_client_addr s f 1 internal f
1393 pg_catalog pg_stat_get_backend_client_port s f 1 internal f
1394 pg_catalog abs i f 1 internal f
1395 pg_catalog abs i f 1 internal f
1396 pg_catalog abs i f 1 internal f
1397 pg_catalog abs i f 1 internal f
1398 pg_catalog abs i f 1 internal f
1400 pg_catalog name i f 1 internal f
1401 pg_catalog varchar i f 1 internal f
1402 pg_catalog current_schema s f 0 internal f
1403 pg_catalog current_schemas s f 1 internal f
1404 pg_catalog overlay i f 4 internal f
1405 pg_catalog overlay i f 3 internal f
1406 pg_catalog isvertical i f 2 internal f
1407 pg_catalog ishorizontal i f 2 internal f
1408 pg_catalog isparallel i f 2 internal f
1409 pg_catalog isperp i f 2 internal f
1410 pg_catalog isvertical i f 1 internal f
1411 pg_catalog ishorizontal i f 1 internal f
1412 pg_catalog isparallel i f 2 internal f
1413 pg_catalog isperp i f 2 internal f
1414 pg_catalog isvertical i f 1 internal f
1415 pg_catalog ishorizontal i f 1 internal f
1416 pg_catalog point i f 1 internal f
1419 pg_catalog time i f 1 internal f
1421 pg_catalog box i f 2 internal f
1422 pg_catalog box_add i f 2 internal f
1423 pg_catalog box_sub i f 2 internal f
1424 pg_catalog box_mul i f 2 internal f
1425 pg_catalog box_div i f 2 internal f
1426 pg_catalog path_contain_pt i f 2 sql f
1427 pg_catalog cidr_out i f 1 internal f
1428 pg_catalog poly_contain_pt i f 2 internal f
1429 pg_catalog pt_contained_poly i f 2 internal f
1430 pg_catalog isclosed i f 1 internal f
1431 pg_catalog isopen i f 1 internal f
1432 pg_catalog path_npoints i f 1 internal f
1433 pg_catalog pclose i f 1 internal f
1434 pg_catalog popen i f 1 internal f
1435 pg_catalog path_add i f 2 internal f
1436 pg_catalog path_add_pt i f 2 internal f
1437 pg_catalog path_sub_pt i f 2 internal f
1438 pg_catalog path_mul_pt i f 2 internal f
1439 pg_catalog path_div_pt i f 2 internal f
1440 pg_catalog point i f 2 internal f
1441 pg_catalog point_add i f 2 internal f
1442 pg_catalog point_sub i f 2 internal f
1443 pg_catalog point_mul i f 2 internal f
1444 pg_catalog point_div i f 2 internal f
1445 pg_catalog poly_npoints i f 1 internal f
1446 pg_catalog box i f 1 internal f
1447 pg_catalog path i f 1 internal f
1448 pg_catalog polygon i f 1 internal f
1449 pg_catalog polygon i f 1 internal f
1450 pg_catalog circle_in i f 1 internal f
1451 pg_catalog circle_out i f 1 internal f
1452 pg_catalog circle_same i f 2 internal f
1453 pg_catalog circle_contain i f 2 internal f
1454 pg_catalog circle_left i f 2 internal f
1455 pg_catalog circle_overleft i f 2 internal f
1456 pg_catalog circle_overright i f 2 internal f
1457 pg_catalog circle_right i f 2 internal f
1458 pg_catalog circle_contained i f 2 internal f
1459 pg_catalog circle_overlap i f 2 internal f
1460 pg_catalog circle_below i f 2 internal f
1461 pg_catalog circle_above i f 2 internal f
1462 pg_catalog circle_eq i f 2 internal f
1463 pg_catalog circle_ne i f 2 internal f
1464 pg_catalog circle_lt i f 2 internal f
1465 pg_catalog circle_gt i f 2 internal f
1466 pg_catalog circle_le i f 2 internal f
1467 pg_catalog circle_ge i f 2 internal f
1468 pg_catalog area i f 1 internal f
1469 pg_catalog diameter i f 1 internal f
1470 pg_catalog radius i f 1 internal f
1471 pg_catalog circle_distance i f 2 internal f
1472 pg_catalog circle_center i f 1 internal f
1473 pg_catalog circle i f 2 internal f
1474 pg_catalog circle i f 1 internal f
1475 pg_catalog polygon i f 2 internal f
1476 pg_catalog dist_pc i f 2 internal f
1477 pg_catalog circle_contain_pt i f 2 internal f
1478 pg_catalog pt_contained_circle i f 2 internal f
1479 pg_catalog circle i f 1 internal f
1480 pg_catalog box i f 1 internal f
1481 pg_catalog log10 i f 1 sql f
1482 pg_catalog lseg_ne i f 2 internal f
1483 pg_catalog lseg_lt i f 2 internal f
1484 pg_catalog lseg_le i f 2 internal f
1485 pg_catalog lseg_gt i f 2 internal f
1486 pg_catalog lseg_ge i f 2 internal f
1487 pg_catalog lseg_length i f 1 internal f
1488 pg_catalog close_ls i f 2 internal f
1489 pg_catalog close_lseg i f 2 internal f
1490 pg_catalog line_in i f 1 internal f
1491 pg_catalog line_out i f 1 internal f
1492 pg_catalog line_eq i f 2 internal f
1493 pg_catalog line i f 2 internal f
1494 pg_catalog line_interpt i f 2 internal f
1495 pg_catalog line_intersect i f 2 internal f
1496 pg_catalog line_parallel i f 2 internal f
1497 pg_catalog line_perp i f 2 internal f
1498 pg_catalog line_vertical i f 1 internal f
1499 pg_catalog line_horizontal i f 1 internal f
1530 pg_catalog length i f 1 internal f
1531 pg_catalog length i f 1 internal f
1532 pg_catalog point i f 1 internal f
1534 pg_catalog point i f 1 internal f
1540 pg_catalog point i f 1 internal f
1541 pg_catalog lseg i f 1 internal f
1542 pg_catalog center i f 1 internal f
1543 pg_catalog center i f 1 internal f
1544 pg_catalog polygon i f 1 sql f
1545 pg_catalog npoints i f 1 internal f
1556 pg_catalog npoints i f 1 internal f
1564 pg_catalog bit_in i f 3 internal f
1565 pg_catalog bit_out i f 1 internal f
1569 pg_catalog like i f 2 internal f
1570 pg_catalog notlike i f 2 internal f
1571 pg_catalog like i f 2 internal f
1572 pg_catalog notlike i f 2 internal f
1573 pg_catalog pg_get_ruledef s f 1 internal f
1574 pg_catalog nextval v f 1 internal f
1575 pg_catalog currval v f 1 internal f
1576 pg_catalog setval v f 2 internal f
1579 pg_catalog varbit_in i f 3 internal f
1580 pg_catalog varbit_out i f 1 internal f
1581 pg_catalog biteq i f 2 internal f
1582 pg_catalog bitne i f 2 internal f
1592 pg_catalog bitge i f 2 internal f
1593 pg_catalog bitgt i f 2 internal f
1594 pg_catalog bitle i f 2 internal f
1595 pg_catalog bitlt i f 2 internal f
1596 pg_catalog bitcmp i f 2 internal f
1597 pg_catalog pg_encoding_to_char s f 1 internal f
1598 pg_catalog random v f 0 internal f
1599 pg_catalog setseed v f 1 internal f
1600 pg_catalog asin i f 1 internal f
1601 pg_catalog acos i f 1 internal f
1602 pg_catalog atan i f 1 internal f
1603 pg_catalog atan2 i f 2 internal f
1604 pg_catalog sin i f 1 internal f
1605 pg_catalog cos i f 1 internal f
1606 pg_catalog tan i f 1 internal f
1607 pg_catalog cot i f 1 internal f
1608 pg_catalog degrees i f 1 internal f
1609 pg_catalog radians i f 1 internal f
1610 pg_catalog pi i f 0 internal f
1618 pg_catalog interval_mul i f 2 internal f
1619 pg_catalog pg_typeof s f 1 internal f
1620 pg_catalog ascii i f 1 internal f
1621 pg_catalog chr i f 1 internal f
1622 pg_catalog repeat i f 2 internal f
1623 pg_catalog similar_escape i f 2 internal f
1624 pg_catalog mul_d_interval i f 2 internal f
1631 pg_catalog bpcharlike i f 2 internal f
1632 pg_catalog bpcharnlike i f 2 internal f
1633 pg_catalog texticlike i f 2 internal f
1634 pg_catalog texticnlike i f 2 internal f
1635 pg_catalog nameiclike i f 2 internal f
1636 pg_catalog nameicnlike i f 2 internal f
1637 pg_catalog like_escape i f 2 internal f
1638 pg_catalog oidgt i f 2 internal f
1639 pg_catalog oidge i f 2 internal f
1640 pg_catalog pg_get_viewdef s f 1 internal f
1641 pg_catalog pg_get_viewdef s f 1 internal f
1642 pg_catalog pg_get_userbyid s f 1 internal f
1643 pg_catalog pg_get_indexdef s f 1 internal f
1644 pg_catalog RI_FKey_check_ins v f 0 internal f
1645 pg_catalog RI_FKey_check_upd v f 0 internal f
1646 pg_catalog RI_FKey_cascade_del v f 0 internal f
1647 pg_catalog RI_FKey_cascade_upd v f 0 internal f
1648 pg_catalog RI_FKey_restrict_del v f 0 internal f
1649 pg_catalog RI_FKey_restrict_upd v f 0 internal f
1650 pg_catalog RI_FKey_setnull_del v f 0 internal f
1651 pg_catalog RI_FKey_setnull_upd v f 0 internal f
1652 pg_catalog RI_FKey_setdefault_del v f 0 internal f
1653 pg_catalog RI_FKey_setdefault_upd v f 0 internal f
1654 pg_catalog RI_FKey_noaction_del v f 0 internal f
1655 pg_catalog RI_FKey_noaction_upd v f 0 internal f
1656 pg_catalog bpcharicregexeq i f 2 internal f
1657 pg_catalog bpcharicregexne i f 2 internal f
1658 pg_catalog bpcharregexeq i f 2 internal f
1659 pg_catalog bpcharregexne i f 2 internal f
1660 pg_catalog bpchariclike i f 2 internal f
1661 pg_catalog bpcharicnlike i f 2 internal f
1662 pg_catalog pg_get_triggerdef s f 1 internal f
1665 pg_catalog pg_get_serial_sequence s f 2 internal f
1666 pg_catalog varbiteq i f 2 internal f
1667 pg_catalog varbitne i f 2 internal f
1668 pg_catalog varbitge i f 2 internal f
1669 pg_catalog varbitgt i f 2 internal f
1670 pg_catalog varbitle i f 2 internal f
1671 pg_catalog varbitlt i f 2 internal f
1672 pg_catalog varbitcmp i f 2 internal f
1673 pg_catalog bitand i f 2 internal f
1674 pg_catalog bitor i f 2 internal f
1675 pg_catalog bitxor i f 2 internal f
1676 pg_catalog bitnot i f 1 internal f
1677 pg_catalog bitshiftleft i f 2 internal f
1678 pg_catalog bitshiftright i f 2 internal f
1679 pg_catalog bitcat i f 2 internal f
1680 pg_catalog substring i f 3 internal f
1681 pg_catalog length i f 1 internal f
1682 pg_catalog octet_length i f 1 internal f
1683 pg_catalog bit i f 2 internal f
1684 pg_catalog int4 i f 1 internal f
1685 pg_catalog bit i f 3 internal f
1686 pg_catalog pg_get_keywords s f 0 internal f
1687 pg_catalog varbit i f 3 internal f
1688 pg_catalog time_hash i f 1 internal f
1689 pg_catalog aclexplode s f 1 internal f
1690 pg_catalog time_mi_time i f 2 internal f
1691 pg_catalog boolle i f 2 internal f
1692 pg_catalog boolge i f 2 internal f
1693 pg_catalog btboolcmp i f 2 internal f
1696 pg_catalog timetz_hash i f 1 internal f
1697 pg_catalog interval_hash i f 1 internal f
1698 pg_catalog position i f 2 internal f
1699 pg_catalog substring i f 2 internal f
1701 pg_catalog numeric_in i f 3 internal f
1702 pg_catalog numeric_out i f 1 internal f
1703 pg_catalog numeric i f 2 internal f
1704 pg_catalog numeric_abs i f 1 internal f
1705 pg_catalog abs i f 1 internal f
1706 pg_catalog sign i f 1 internal f
1707 pg_catalog round i f 2 internal f
1708 pg_catalog round i f 1 sql f
1709 pg_catalog trunc i f 2 internal f
1710 pg_catalog trunc i f 1 sql f
1711 pg_catalog ceil i f 1 internal f
1712 pg_catalog floor i f 1 internal f
1713 pg_catalog length s f 2 internal f
1714 pg_catalog convert_from s f 2 internal f
1715 pg_catalog cidr i f 1 internal f
1716 pg_catalog pg_get_expr s f 2 internal f
1717 pg_catalog convert_to s f 2 internal f
1718 pg_catalog numeric_eq i f 2 internal f
1719 pg_catalog numeric_ne i f 2 internal f
1720 pg_catalog numeric_gt i f 2 internal f
1721 pg_catalog numeric_ge i f 2 internal f
1722 pg_catalog numeric_lt i f 2 internal f
1723 pg_catalog numeric_le i f 2 internal f
1724 pg_catalog numeric_add i f 2 internal f
1725 pg_catalog numeric_sub i f 2 internal f
1726 pg_catalog numeric_mul i f 2 internal f
1727 pg_catalog numeric_div i f 2 internal f
1728 pg_catalog mod i f 2 internal f
1729 pg_catalog numeric_mod i f 2 internal f
1730 pg_catalog sqrt i f 1 internal f
1731 pg_catalog numeric_sqrt i f 1 internal f
1732 pg_catalog exp i f 1 internal f
1733 pg_catalog numeric_exp i f 1 internal f
1734 pg_catalog ln i f 1 internal f
1735 pg_catalog numeric_ln i f 1 internal f
1736 pg_catalog log i f 2 internal f
1737 pg_catalog numeric_log i f 2 internal f
1738 pg_catalog pow i f 2 internal f
1739 pg_catalog numeric_power i f 2 internal f
1740 pg_catalog numeric i f 1 internal f
1741 pg_catalog log i f 1 sql f
1742 pg_catalog numeric i f 1 internal f
1743 pg_catalog numeric i f 1 internal f
1744 pg_catalog int4 i f 1 internal f
1745 pg_catalog float4 i f 1 internal f
1746 pg_catalog float8 i f 1 internal f
1747 pg_catalog time_pl_interval i f 2 internal f
1748 pg_catalog time_mi_interval i f 2 internal f
1749 pg_catalog timetz_pl_interval i f 2 internal f
1750 pg_catalog timetz_mi_interval i f 2 internal f
1764 pg_catalog numeric_inc i f 1 internal f
1765 pg_catalog setval v f 3 internal f
1766 pg_catalog numeric_smaller i f 2 internal f
1767 pg_catalog numeric_larger i f 2 internal f
1768 pg_catalog to_char s f 2 internal f
1769 pg_catalog numeric_cmp i f 2 internal f
1770 pg_catalog to_char s f 2 internal f
1771 pg_catalog numeric_uminus i f 1 internal f
1772 pg_catalog to_char s f 2 internal f
1773 pg_catalog to_char s f 2 internal f
1774 pg_catalog to_char s f 2 internal f
1775 pg_catalog to_char s f 2 internal f
1776 pg_catalog to_char s f 2 internal f
1777 pg_catalog to_number s f 2 internal f
1778 pg_catalog to_timestamp s f 2 internal f
1779 pg_catalog int8 i f 1 internal f
1780 pg_catalog to_date s f 2 internal f
1781 pg_catalog numeric i f 1 internal f
1782 pg_catalog numeric i f 1 internal f
1783 pg_catalog int2 i f 1 internal f
1798 pg_catalog oidin i f 1 internal f
1799 pg_catalog oidout i f 1 internal f
1810 pg_catalog bit_length i f 1 sql f
1811 pg_catalog bit_length i f 1 sql f
1812 pg_catalog bit_length i f 1 sql f
1813 pg_catalog convert s f 3 internal f
1814 pg_catalog iclikesel s f 4 internal f
1815 pg_catalog icnlikesel s f 4 internal f
1816 pg_catalog iclikejoinsel s f 5 internal f
1817 pg_catalog icnlikejoinsel s f 5 internal f
1818 pg_catalog regexeqsel s f 4 internal f
1819 pg_catalog likesel s f 4 internal f
1820 pg_catalog icregexeqsel s f 4 internal f
1821 pg_catalog regexnesel s f 4 internal f
1822 pg_catalog nlikesel s f 4 internal f
1823 pg_catalog icregexnesel s f 4 internal f
1824 pg_catalog regexeqjoinsel s f 5 internal f
1825 pg_catalog likejoinsel s f 5 internal f
1826 pg_catalog icregexeqjoinsel s f 5 internal f
1827 pg_catalog regexnejoinsel s f 5 internal f
1828 pg_catalog nlikejoinsel s f 5 internal f
1829 pg_catalog icregexnejoinsel s f 5 internal f
1830 pg_catalog float8_avg i f 1 internal f
1831 pg_catalog float8_var_samp i f 1 internal f
1832 pg_catalog float8_stddev_samp i f 1 internal f
1833 pg_catalog numeric_accum i f 2 internal f
1834 pg_catalog int2_accum i f 2 internal f
1835 pg_catalog int4_accum i f 2 internal f
1836 pg_catalog int8_accum i f 2 internal f
1837 pg_catalog numeric_avg i f 1 internal f
1838 pg_catalog numeric_var_samp i f 1 internal f
1839 pg_catalog numeric_stddev_samp i f 1 internal f
1840 pg_catalog int2_sum i f 2 internal f
1841 pg_catalog int4_sum i f 2 internal f
1842 pg_catalog int8_sum i f 2 internal f
1843 pg_catalog interval_avg_accum i f 2 internal f
1844 pg_catalog interval_avg i f 1 internal f
1845 pg_catalog to_ascii i f 1 internal f
1846 pg_catalog to_ascii i f 2 internal f
1847 pg_catalog to_ascii i f 2 internal f
1848 pg_catalog interval_pl_time i f 2 sql f
1850 pg_catalog int28eq i f 2 internal f
1851 pg_catalog int28ne i f 2 internal f
1852 pg_catalog int28lt i f 2 internal f
1853 pg_catalog int28gt i f 2 internal f
1854 pg_catalog int28le i f 2 internal f
1855 pg_catalog int28ge i f 2 internal f
1856 pg_catalog int82eq i f 2 internal f
1857 pg_catalog int82ne i f 2 internal f
1858 pg_catalog int82lt i f 2 internal f
1859 pg_catalog int82gt i f 2 internal f
1860 pg_catalog int82le i f 2 internal f
1861 pg_catalog int82ge i f 2 internal f
1892 pg_catalog int2and i f 2 internal f
1893 pg_catalog int2or i f 2 internal f
1894 pg_catalog int2xor i f 2 internal f
1895 pg_catalog int2not i f 1 internal f
1896 pg_catalog int2shl i f 2 internal f
1897 pg_catalog int2shr i f 2 internal f
1898 pg_catalog int4and i f 2 internal f
1899 pg_catalog int4or i f 2 internal f
1900 pg_catalog int4xor i f 2 internal f
1901 pg_catalog int4not i f 1 internal f
1902 pg_catalog int4shl i f 2 internal f
1903 pg_catalog int4shr i f 2 internal f
1904 pg_catalog int8and i f 2 internal f
1905 pg_catalog int8or i f 2 internal f
1906 pg_catalog int8xor i f 2 internal f
1907 pg_catalog int8not i f 1 internal f
1908 pg_catalog int8shl i f 2 internal f
1909 pg_catalog int8shr i f 2 internal f
1910 pg_catalog int8up i f 1 internal f
1911 pg_catalog int2up i f 1 internal f
1912 pg_catalog int4up i f 1 internal f
1913 pg_catalog float4up i f 1 internal f
1914 pg_catalog float8up i f 1 internal f
1915 pg_catalog numeric_uplus i f 1 internal f
1922 pg_catalog has_table_privilege s f 3 internal f
1923 pg_catalog has_table_privilege s f 3 internal f
1924 pg_catalog has_table_privilege s f 3 internal f
1925 pg_catalog has_table_privilege s f 3 internal f
1926 pg_catalog has_table_privilege s f 2 internal f
1927 pg_catalog has_table_privilege s f 2 internal f
1928 pg_catalog pg_stat_get_numscans s f 1 internal f
1929 pg_catalog pg_stat_get_tuples_returned s f 1 internal f
1930 pg_catalog pg_stat_get_tuples_fetched s f 1 internal f
1931 pg_catalog pg_stat_get_tuples_inserted s f 1 internal f
1932 pg_catalog pg_stat_get_tuples_updated s f 1 internal f
1933 pg_catalog pg_stat_get_tuples_deleted s f 1 internal f
1934 pg_catalog pg_stat_get_blocks_fetched s f 1 internal f
1935 pg_catalog pg_stat_get_blocks_hit s f 1 internal f
1936 pg_catalog pg_stat_get_backend_idset s f 0 internal f
1937 pg_catalog pg_stat_get_backend_pid s f 1 internal f
1938 pg_catalog pg_stat_get_backend_dbid s f 1 internal f
1939 pg_catalog pg_stat_get_backend_userid s f 1 internal f
1940 pg_catalog pg_stat_get_backend_activity s f 1 internal f
1941 pg_catalog pg_stat_get_db_numbackends s f 1 internal f
1942 pg_catalog pg_stat_get_db_xact_commit s f 1 internal f
1943 pg_catalog pg_stat_get_db_xact_rollback s f 1 internal f
1944 pg_catalog pg_stat_get_db_blocks_fetched s f 1 internal f
1945 pg_catalog pg_stat_get_db_blocks_hit s f 1 internal f
1946 pg_catalog encode i f 2 internal f
1947 pg_catalog decode i f 2 internal f
1948 pg_catalog byteaeq i f 2 internal f
1949 pg_catalog bytealt i f 2 internal f
1950 pg_catalog byteale i f 2 internal f
1951 pg_catalog byteagt i f 2 internal f
1952 pg_catalog byteage i f 2 internal f
1953 pg_catalog byteane i f 2 internal f
1954 pg_catalog byteacmp i f 2 internal f
1961 pg_catalog timestamp i f 2 internal f
1962 pg_catalog int2_avg_accum i f 2 internal f
1963 pg_catalog int4_avg_accum i f 2 internal f
1964 pg_catalog int8_avg i f 1 internal f
1965 pg_catalog oidlarger i f 2 internal f
1966 pg_catalog oidsmaller i f 2 internal f
1967 pg_catalog timestamptz i f 2 internal f
1968 pg_catalog time i f 2 internal f
1969 pg_catalog timetz i f 2 internal f
1972 pg_catalog pg_stat_get_tuples_hot_updated s f 1 internal f
1973 pg_catalog div i f 2 internal f
1980 pg_catalog numeric_div_trunc i f 2 internal f
1986 pg_catalog similar_to_escape i f 2 internal f
1987 pg_catalog similar_to_escape i f 1 internal f
1993 pg_catalog shobj_description s f 2 sql f
2003 pg_catalog textanycat s f 2 sql f
2004 pg_catalog anytextcat s f 2 sql f
2005 pg_catalog bytealike i f 2 internal f
2006 pg_catalog byteanlike i f 2 internal f
2007 pg_catalog like i f 2 internal f
2008 pg_catalog notlike i f 2 internal f
2009 pg_catalog like_escape i f 2 internal f
2010 pg_catalog length i f 1 internal f
2011 pg_catalog byteacat i f 2 internal f
2012 pg_catalog substring i f 3 internal f
2013 pg_catalog substring i f 2 internal f
2014 pg_catalog position i f 2 internal f
2015 pg_catalog btrim i f 2 internal f
2019 pg_catalog time s f 1 internal f
2020 pg_catalog date_trunc i f 2 internal f
2021 pg_catalog date_part i f 2 internal f
2022 pg_catalog pg_stat_get_activity s f 1 internal f
2023 pg_catalog jsonb_path_query_first_tz s f 4 internal f
2024 pg_catalog timestamp i f 1 internal f
2025 pg_catalog timestamp i f 2 internal f
2026 pg_catalog pg_backend_pid s f 0 internal f
2027 pg_catalog timestamp s f 1 internal f
2028 pg_catalog timestamptz s f 1 internal f
2029 pg_catalog date i f 1 internal f
2030 pg_catalog jsonb_path_match_tz s f 4 internal f
2031 pg_catalog timestamp_mi i f 2 internal f
2032 pg_catalog timestamp_pl_interval i f 2 internal f
2033 pg_catalog timestamp_mi_interval i f 2 internal f
2034 pg_catalog pg_conf_load_time s f 0 internal f
2035 pg_catalog timestamp_smaller i f 2 internal f
2036 pg_catalog timestamp_larger i f 2 internal f
2037 pg_catalog timezone s f 2 internal f
2038 pg_catalog timezone i f 2 internal f
2039 pg_catalog timestamp_hash i f 1 internal f
2041 pg_catalog overlaps i f 4 internal f
2042 pg_catalog overlaps i f 4 sql f
2043 pg_catalog overlaps i f 4 sql f
2044 pg_catalog overlaps i f 4 sql f
2045 pg_catalog timestamp_cmp i f 2 internal f
2046 pg_catalog time i f 1 internal f
2047 pg_catalog timetz s f 1 internal f
2048 pg_catalog isfinite i f 1 internal f
2049 pg_catalog to_char s f 2 internal f
2050 pg_catalog max i a 1 internal f
2051 pg_catalog min i a 1 internal f
2052 pg_catalog timestamp_eq i f 2 internal f
2053 pg_catalog timestamp_ne i f 2 internal f
2054 pg_catalog timestamp_lt i f 2 internal f
2055 pg_catalog timestamp_le i f 2 internal f
2056 pg_catalog timestamp_ge i f 2 internal f
2057 pg_catalog timestamp_gt i f 2 internal f
2058 pg_catalog age i f 2 internal f
2059 pg_catalog age s f 1 sql f
2069 pg_catalog timezone i f 2 internal f
2070 pg_catalog timezone i f 2 internal f
2071 pg_catalog date_pl_interval i f 2 internal f
2072 pg_catalog date_mi_interval i f 2 internal f
2073 pg_catalog substring i f 2 internal f
2074 pg_catalog substring i f 3 sql f
2075 pg_catalog bit i f 2 internal f
2076 pg_catalog int8 i f 1 internal f
2077 pg_catalog current_setting s f 1 internal f
2078 pg_catalog set_config v f 3 internal f
2079 pg_catalog pg_table_is_visible s f 1 internal f
2080 pg_catalog pg_type_is_visible s f 1 internal f
2081 pg_catalog pg_function_is_visible s f 1 internal f
2082 pg_catalog pg_operator_is_visible s f 1 internal f
2083 pg_catalog pg_opclass_is_visible s f 1 internal f
2084 pg_catalog pg_show_all_settings s f 0 internal f
2085 pg_catalog substr i f 3 internal f
2086 pg_catalog substr i f 2 internal f
2087 pg_catalog replace i f 3 internal f
2088 pg_catalog split_part i f 3 internal f
2089 pg_catalog to_hex i f 1 internal f
2090 pg_catalog to_hex i f 1 internal f
2091 pg_catalog array_lower i f 2 internal f
2092 pg_catalog array_upper i f 2 internal f
2093 pg_catalog pg_conversion_is_visible s f 1 internal f
2094 pg_catalog pg_stat_get_backend_activity_start s f 1 internal f
2096 pg_catalog pg_terminate_backend v f 2 internal f
2098 pg_catalog pg_get_functiondef s f 1 internal f
2100 pg_catalog avg i a 1 internal f
2101 pg_catalog avg i a 1 internal f
2102 pg_catalog avg i a 1 internal f
2103 pg_catalog avg i a 1 internal f
2104 pg_catalog avg i a 1 internal f
2105 pg_catalog avg i a 1 internal f
2106 pg_catalog avg i a 1 internal f
2107 pg_catalog sum i a 1 internal f
2108 pg_catalog sum i a 1 internal f
2109 pg_catalog sum i a 1 internal f
2110 pg_catalog sum i a 1 internal f
2111 pg_catalog sum i a 1 internal f
2112 pg_catalog sum i a 1 internal f
2113 pg_catalog sum i a 1 internal f
2114 pg_catalog sum i a 1 internal f
2115 pg_catalog max i a 1 internal f
2116 pg_catalog max i a 1 internal f
2117 pg_catalog max i a 1 internal f
2118 pg_catalog max i a 1 internal f
2119 pg_catalog max i a 1 internal f
2120 pg_catalog max i a 1 internal f
2121 pg_catalog pg_column_compression s f 1 internal f
2122 pg_catalog max i a 1 internal f
2123 pg_catalog max i a 1 internal f
2124 pg_catalog max i a 1 internal f
2125 pg_catalog max i a 1 internal f
2126 pg_catalog max i a 1 internal f
2127 pg_catalog max i a 1 internal f
2128 pg_catalog max i a 1 internal f
2129 pg_catalog max i a 1 internal f
2130 pg_catalog max i a 1 internal f
2131 pg_catalog min i a 1 internal f
2132 pg_catalog min i a 1 internal f
2133 pg_catalog min i a 1 internal f
2134 pg_catalog min i a 1 internal f
2135 pg_catalog min i a 1 internal f
2136 pg_catalog min i a 1 internal f
2137 pg_catalog pg_stat_force_next_flush v f 0 internal f
2138 pg_catalog min i a 1 internal f
2139 pg_catalog min i a 1 internal f
2140 pg_catalog min i a 1 internal f
2141 pg_catalog min i a 1 internal f
2142 pg_catalog min i a 1 internal f
2143 pg_catalog min i a 1 internal f
2144 pg_catalog min i a 1 internal f
2145 pg_catalog min i a 1 internal f
2146 pg_catalog min i a 1 internal f
2147 pg_catalog count i a 1 internal f
2148 pg_catalog variance i a 1 internal f
2149 pg_catalog variance i a 1 internal f
2150 pg_catalog variance i a 1 internal f
2151 pg_catalog variance i a 1 internal f
2152 pg_catalog variance i a 1 internal f
2153 pg_catalog variance i a 1 internal f
2154 pg_catalog stddev i a 1 internal f
2155 pg_catalog stddev i a 1 internal f
2156 pg_catalog stddev i a 1 internal f
2157 pg_catalog stddev i a 1 internal f
2158 pg_catalog stddev i a 1 internal f
2159 pg_catalog stddev i a 1 internal f
2160 pg_catalog text_pattern_lt i f 2 internal f
2161 pg_catalog text_pattern_le i f 2 internal f
2162 pg_catalog pg_get_function_arguments s f 1 internal f
2163 pg_catalog text_pattern_ge i f 2 internal f
2164 pg_catalog text_pattern_gt i f 2 internal f
2165 pg_catalog pg_get_function_result s f 1 internal f
2166 pg_catalog bttext_pattern_cmp i f 2 internal f
2167 pg_catalog ceiling i f 1 internal f
2168 pg_catalog pg_database_size v f 1 internal f
2169 pg_catalog power i f 2 internal f
2170 pg_catalog width_bucket i f 4 internal f
2171 pg_catalog pg_cancel_backend v f 1 internal f
2172 pg_catalog pg_backup_start v f 2 internal f
2174 pg_catalog bpchar_pattern_lt i f 2 internal f
2175 pg_catalog bpchar_pattern_le i f 2 internal f
2176 pg_catalog array_length i f 2 internal f
2177 pg_catalog bpchar_pattern_ge i f 2 internal f
2178 pg_catalog bpchar_pattern_gt i f 2 internal f
2179 pg_catalog gist_point_consistent i f 5 internal f
2180 pg_catalog btbpchar_pattern_cmp i f 2 internal f
2181 pg_catalog has_sequence_privilege s f 3 internal f
2182 pg_catalog has_sequence_privilege s f 3 internal f
2183 pg_catalog has_sequence_privilege s f 3 internal f
2184 pg_catalog has_sequence_privilege s f 3 internal f
2185 pg_catalog has_sequence_privilege s f 2 internal f
2186 pg_catalog has_sequence_privilege s f 2 internal f
2188 pg_catalog btint48cmp i f 2 internal f
2189 pg_catalog btint84cmp i f 2 internal f
2190 pg_catalog btint24cmp i f 2 internal f
2191 pg_catalog btint42cmp i f 2 internal f
2192 pg_catalog btint28cmp i f 2 internal f
2193 pg_catalog btint82cmp i f 2 internal f
2194 pg_catalog btfloat48cmp i f 2 internal f
2195 pg_catalog btfloat84cmp i f 2 internal f
2196 pg_catalog inet_client_addr s f 0 internal f
2197 pg_catalog inet_client_port s f 0 internal f
2198 pg_catalog inet_server_addr s f 0 internal f
2199 pg_catalog inet_server_port s f 0 internal f
2212 pg_catalog regprocedurein s f 1 internal f
2213 pg_catalog regprocedureout s f 1 internal f
2214 pg_catalog regoperin s f 1 internal f
2215 pg_catalog regoperout s f 1 internal f
2216 pg_catalog regoperatorin s f 1 internal f
2217 pg_catalog regoperatorout s f 1 internal f
2218 pg_catalog regclassin s f 1 internal f
2219 pg_catalog regclassout s f 1 internal f
2220 pg_catalog regtypein s f 1 internal f
2221 pg_catalog regtypeout s f 1 internal f
2230 pg_catalog pg_stat_clear_snapshot v f 0 internal f
2232 pg_catalog pg_get_function_identity_arguments s f 1 internal f
2233 pg_catalog hashtid i f 1 internal f
2234 pg_catalog hashtidextended i f 2 internal f
2236 pg_catalog bit_and i a 1 internal f
2237 pg_catalog bit_or i a 1 internal f
2238 pg_catalog bit_and i a 1 internal f
2239 pg_catalog bit_or i a 1 internal f
2240 pg_catalog bit_and i a 1 internal f
2241 pg_catalog bit_or i a 1 internal f
2242 pg_catalog bit_and i a 1 internal f
2243 pg_catalog bit_or i a 1 internal f
2244 pg_catalog max i a 1 internal f
2245 pg_catalog min i a 1 internal f
2246 pg_catalog fmgr_internal_validator s f 1 internal f
2247 pg_catalog fmgr_c_validator s f 1 internal f
2248 pg_catalog fmgr_sql_validator s f 1 internal f
2250 pg_catalog has_database_privilege s f 3 internal f
2251 pg_catalog has_database_privilege s f 3 internal f
2252 pg_catalog has_database_privilege s f 3 internal f
2253 pg_catalog has_database_privilege s f 3 internal f
2254 pg_catalog has_database_privilege s f 2 internal f
2255 pg_catalog has_database_privilege s f 2 internal f
2256 pg_catalog has_function_privilege s f 3 internal f
2257 pg_catalog has_function_privilege s f 3 internal f
2258 pg_catalog has_function_privilege s f 3 internal f
2259 pg_catalog has_function_privilege s f 3 internal f
2260 pg_catalog has_function_privilege s f 2 internal f
2261 pg_catalog has_function_privilege s f 2 internal f
2262 pg_catalog has_language_privilege s f 3 internal f
2263 pg_catalog has_language_privilege s f 3 internal f
2264 pg_catalog has_language_privilege s f 3 internal f
2265 pg_catalog has_language_privilege s f 3 internal f
2266 pg_catalog has_language_privilege s f 2 internal f
2267 pg_catalog has_language_privilege s f 2 internal f
2268 pg_catalog has_schema_privilege s f 3 internal f
2269 pg_catalog has_schema_privilege s f 3 internal f
2270 pg_catalog has_schema_privilege s f 3 internal f
2271 pg_catalog has_schema_privilege s f 3 internal f
2272 pg_catalog has_schema_privilege s f 2 internal f
2273 pg_catalog has_schema_privilege s f 2 internal f
2274 pg_catalog pg_stat_reset v f 0 internal f
2282 pg_catalog pg_get_backend_memory_contexts v f 0 internal f
2284 pg_catalog regexp_replace i f 3 internal f
2285 pg_catalog regexp_replace i f 4 internal f
2286 pg_catalog pg_total_relation_size v f 1 internal f
2288 pg_catalog pg_size_pretty i f 1 internal f
2289 pg_catalog pg_options_to_table s f 1 internal f
2290 pg_catalog record_in s f 3 internal f
2291 pg_catalog record_out s f 1 internal f
2292 pg_catalog cstring_in i f 1 internal f
2293 pg_catalog cstring_out i f 1 internal f
2294 pg_catalog any_in i f 1 internal f
2295 pg_catalog any_out i f 1 internal f
2296 pg_catalog anyarray_in i f 1 internal f
2297 pg_catalog anyarray_out s f 1 internal f
2298 pg_catalog void_in i f 1 internal f
2299 pg_catalog void_out i f 1 internal f
2300 pg_catalog trigger_in i f 1 internal f
2301 pg_catalog trigger_out i f 1 internal f
2302 pg_catalog language_handler_in i f 1 internal f
2303 pg_catalog language_handler_out i f 1 internal f
2304 pg_catalog internal_in i f 1 internal f
2305 pg_catalog internal_out i f 1 internal f
2306 pg_catalog pg_stat_get_slru s f 0 internal f
2307 pg_catalog pg_stat_reset_slru v f 1 internal f
2308 pg_catalog ceil i f 1 internal f
2309 pg_catalog floor i f 1 internal f
2310 pg_catalog sign i f 1 internal f
2311 pg_catalog md5 i f 1 internal f
2312 pg_catalog anyelement_in i f 1 internal f
2313 pg_catalog anyelement_out i f 1 internal f
2316 pg_catalog postgresql_fdw_validator i f 2 internal f
2319 pg_catalog pg_encoding_max_length i f 1 internal f
2320 pg_catalog ceiling i f 1 internal f
2321 pg_catalog md5 i f 1 internal f
2322 pg_catalog pg_tablespace_size v f 1 internal f
2323 pg_catalog pg_tablespace_size v f 1 internal f
2324 pg_catalog pg_database_size v f 1 internal f
2325 pg_catalog pg_relation_size v f 1 sql f
2331 pg_catalog unnest i f 1 internal f
2332 pg_catalog pg_relation_size v f 2 internal f
2333 pg_catalog array_agg_transfn i f 2 internal f
2334 pg_catalog array_agg_finalfn i f 2 internal f
2335 pg_catalog array_agg i a 1 internal f
2338 pg_catalog date_lt_timestamp i f 2 internal f
2339 pg_catalog date_le_timestamp i f 2 internal f
2340 pg_catalog date_eq_timestamp i f 2 internal f
2341 pg_catalog date_gt_timestamp i f 2 internal f
2342 pg_catalog date_ge_timestamp i f 2 internal f
2343 pg_catalog date_ne_timestamp i f 2 internal f
2344 pg_catalog date_cmp_timestamp i f 2 internal f
2351 pg_catalog date_lt_timestamptz s f 2 internal f
2352 pg_catalog date_le_timestamptz s f 2 internal f
2353 pg_catalog date_eq_timestamptz s f 2 internal f
2354 pg_catalog date_gt_timestamptz s f 2 internal f
2355 pg_catalog date_ge_timestamptz s f 2 internal f
2356 pg_catalog date_ne_timestamptz s f 2 internal f
2357 pg_catalog date_cmp_timestamptz s f 2 internal f
2364 pg_catalog timestamp_lt_date i f 2 internal f
2365 pg_catalog timestamp_le_date i f 2 internal f
2366 pg_catalog timestamp_eq_date i f 2 internal f
2367 pg_catalog timestamp_gt_date i f 2 internal f
2368 pg_catalog timestamp_ge_date i f 2 internal f
2369 pg_catalog timestamp_ne_date i f 2 internal f
2370 pg_catalog timestamp_cmp_date i f 2 internal f
2377 pg_catalog timestamptz_lt_date s f 2 internal f
2378 pg_catalog timestamptz_le_date s f 2 internal f
2379 pg_catalog timestamptz_eq_date s f 2 internal f
2380 pg_catalog timestamptz_gt_date s f 2 internal f
2381 pg_catalog timestamptz_ge_date s f 2 internal f
2382 pg_catalog timestamptz_ne_date s f 2 internal f
2383 pg_catalog timestamptz_cmp_date s f 2 internal f
2390 pg_catalog has_tablespace_privilege s f 3 internal f
2391 pg_catalog has_tablespace_privilege s f 3 internal f
2392 pg_catalog has_tablespace_privilege s f 3 internal f
2393 pg_catalog has_tablespace_privilege s f 3 internal f
2394 pg_catalog has_tablespace_privilege s f 2 internal f
2395 pg_catalog has_tablespace_privilege s f 2 internal f
2398 pg_catalog shell_in i f 1 internal f
2399 pg_catalog shell_out i f 1 internal f
2400 pg_catalog array_recv s f 3 internal f
2401 pg_catalog array_send s f 1 internal f
2402 pg_catalog record_recv s f 3 internal f
2403 pg_catalog record_send s f 1 internal f
2404 pg_catalog int2recv i f 1 internal f
2405 pg_catalog int2send i f 1 internal f
2406 pg_catalog int4recv i f 1 internal f
2407 pg_catalog int4send i f 1 internal f
2408 pg_catalog int8recv i f 1 internal f
2409 pg_catalog int8send i f 1 internal f
2410 pg_catalog int2vectorrecv i f 1 internal f
2411 pg_catalog int2vectorsend i f 1 internal f
2412 pg_catalog bytearecv i f 1 internal f
2413 pg_catalog byteasend i f 1 internal f
2414 pg_catalog textrecv s f 1 internal f
2415 pg_catalog textsend s f 1 internal f
2416 pg_catalog unknownrecv i f 1 internal f
2417 pg_catalog unknownsend i f 1 internal f
2418 pg_catalog oidrecv i f 1 internal f
2419 pg_catalog oidsend i f 1 internal f
2420 pg_catalog oidvectorrecv i f 1 internal f
2421 pg_catalog oidvectorsend i f 1 internal f
2422 pg_catalog namerecv s f 1 internal f
2423 pg_catalog namesend s f 1 internal f
2424 pg_catalog float4recv i f 1 internal f
2425 pg_catalog float4send i f 1 internal f
2426 pg_catalog float8recv i f 1 internal f
2427 pg_catalog float8send i f 1 internal f
2428 pg_catalog point_recv i f 1 internal f
2429 pg_catalog point_send i f 1 internal f
2430 pg_catalog bpcharrecv s f 3 internal f
2431 pg_catalog bpcharsend s f 1 internal f
2432 pg_catalog varcharrecv s f 3 internal f
2433 pg_catalog varcharsend s f 1 internal f
2434 pg_catalog charrecv i f 1 internal f
2435 pg_catalog charsend i f 1 internal f
2436 pg_catalog boolrecv i f 1 internal f
2437 pg_catalog boolsend i f 1 internal f
2438 pg_catalog tidrecv i f 1 internal f
2439 pg_catalog tidsend i f 1 internal f
2440 pg_catalog xidrecv i f 1 internal f
2441 pg_catalog xidsend i f 1 internal f
2442 pg_catalog cidrecv i f 1 internal f
2443 pg_catalog cidsend i f 1 internal f
2444 pg_catalog regprocrecv i f 1 internal f
2445 pg_catalog regprocsend i f 1 internal f
2446 pg_catalog regprocedurerecv i f 1 internal f
2447 pg_catalog regproceduresend i f 1 internal f
2448 pg_catalog regoperrecv i f 1 internal f
2449 pg_catalog regopersend i f 1 internal f
2450 pg_catalog regoperatorrecv i f 1 internal f
2451 pg_catalog regoperatorsend i f 1 internal f
2452 pg_catalog regclassrecv i f 1 internal f
2453 pg_catalog regclasssend i f 1 internal f
2454 pg_catalog regtyperecv i f 1 internal f
2455 pg_catalog regtypesend i f 1 internal f
2456 pg_catalog bit_recv i f 3 internal f
2457 pg_catalog bit_send i f 1 internal f
2458 pg_catalog varbit_recv i f 3 internal f
2459 pg_catalog varbit_send i f 1 internal f
2460 pg_catalog numeric_recv i f 3 internal f
2461 pg_catalog numeric_send i f 1 internal f
2462 pg_catalog sinh i f 1 internal f
2463 pg_catalog cosh i f 1 internal f
2464 pg_catalog tanh i f 1 internal f
2465 pg_catalog asinh i f 1 internal f
2466 pg_catalog acosh i f 1 internal f
2467 pg_catalog atanh i f 1 internal f
2468 pg_catalog date_recv i f 1 internal f
2469 pg_catalog date_send i f 1 internal f
2470 pg_catalog time_recv i f 3 internal f
2471 pg_catalog time_send i f 1 internal f
2472 pg_catalog timetz_recv i f 3 internal f
2473 pg_catalog timetz_send i f 1 internal f
2474 pg_catalog timestamp_recv i f 3 internal f
2475 pg_catalog timestamp_send i f 1 internal f
2476 pg_catalog timestamptz_recv i f 3 internal f
2477 pg_catalog timestamptz_send i f 1 internal f
2478 pg_catalog interval_recv i f 3 internal f
2479 pg_catalog interval_send i f 1 internal f
2480 pg_catalog lseg_recv i f 1 internal f
2481 pg_catalog lseg_send i f 1 internal f
2482 pg_catalog path_recv i f 1 internal f
2483 pg_catalog path_send i f 1 internal f
2484 pg_catalog box_recv i f 1 internal f
2485 pg_catalog box_send i f 1 internal f
2486 pg_catalog poly_recv i f 1 internal f
2487 pg_catalog poly_send i f 1 internal f
2488 pg_catalog line_recv i f 1 internal f
2489 pg_catalog line_send i f 1 internal f
2490 pg_catalog circle_recv i f 1 internal f
2491 pg_catalog circle_send i f 1 internal f
2492 pg_catalog cash_recv i f 1 internal f
2493 pg_catalog cash_send i f 1 internal f
2494 pg_catalog macaddr_recv i f 1 internal f
2495 pg_catalog macaddr_send i f 1 internal f
2496 pg_catalog inet_recv i f 1 internal f
2497 pg_catalog inet_send i f 1 internal f
2498 pg_catalog cidr_recv i f 1 internal f
2499 pg_catalog cidr_send i f 1 internal f
2500 pg_catalog cstring_recv s f 1 internal f
2501 pg_catalog cstring_send s f 1 internal f
2502 pg_catalog anyarray_recv s f 1 internal f
2503 pg_catalog anyarray_send s f 1 internal f
2504 pg_catalog pg_get_ruledef s f 2 internal f
2505 pg_catalog pg_get_viewdef s f 2 internal f
2506 pg_catalog pg_get_viewdef s f 2 internal f
2507 pg_catalog pg_get_indexdef s f 3 internal f
2508 pg_catalog pg_get_constraintdef s f 2 internal f
2509 pg_catalog pg_get_expr s f 3 internal f
2510 pg_catalog pg_prepared_statement s f 0 internal f
2511 pg_catalog pg_cursor s f 0 internal f
2512 pg_catalog float8_var_pop i f 1 internal f
2513 pg_catalog float8_stddev_pop i f 1 internal f
2514 pg_catalog numeric_var_pop i f 1 internal f
2515 pg_catalog booland_statefunc i f 2 internal f
2516 pg_catalog boolor_statefunc i f 2 internal f
2517 pg_catalog bool_and i a 1 internal f
2518 pg_catalog bool_or i a 1 internal f
2519 pg_catalog every i a 1 internal f
2520 pg_catalog timestamp_lt_timestamptz s f 2 internal f
2521 pg_catalog timestamp_le_timestamptz s f 2 internal f
2522 pg_catalog timestamp_eq_timestamptz s f 2 internal f
2523 pg_catalog timestamp_gt_timestamptz s f 2 internal f
2524 pg_catalog timestamp_ge_timestamptz s f 2 internal f
2525 pg_catalog timestamp_ne_timestamptz s f 2 internal f
2526 pg_catalog timestamp_cmp_timestamptz s f 2 internal f
2527 pg_catalog timestamptz_lt_timestamp s f 2 internal f
2528 pg_catalog timestamptz_le_timestamp s f 2 internal f
2529 pg_catalog timestamptz_eq_timestamp s f 2 internal f
2530 pg_catalog timestamptz_gt_timestamp s f 2 internal f
2531 pg_catalog timestamptz_ge_timestamp s f 2 internal f
2532 pg_catalog timestamptz_ne_timestamp s f 2 internal f
2533 pg_catalog timestamptz_cmp_timestamp s f 2 internal f
2546 pg_catalog interval_pl_date i f 2 sql f
2547 pg_catalog interval_pl_timetz i f 2 sql f
2548 pg_catalog interval_pl_timestamp i f 2 sql f
2549 pg_catalog interval_pl_timestamptz s f 2 sql f
2550 pg_catalog integer_pl_date i f 2 sql f
2556 pg_catalog pg_tablespace_databases s f 1 internal f
2557 pg_catalog bool i f 1 internal f
2558 pg_catalog int4 i f 1 internal f
2559 pg_catalog lastval v f 0 internal f
2560 pg_catalog pg_postmaster_start_time s f 0 internal f
2561 pg_catalog pg_blocking_pids v f 1 internal f
2562 pg_catalog box_below i f 2 internal f
2563 pg_catalog box_overbelow i f 2 internal f
2564 pg_catalog box_overabove i f 2 internal f
2565 pg_catalog box_above i f 2 internal f
2566 pg_catalog poly_below i f 2 internal f
2567 pg_catalog poly_overbelow i f 2 internal f
2568 pg_catalog poly_overabove i f 2 internal f
2569 pg_catalog poly_above i f 2 internal f
2578 pg_catalog gist_box_consistent i f 5 internal f
2580 pg_catalog float8 i f 1 internal f
2581 pg_catalog gist_box_penalty i f 3 internal f
2582 pg_catalog gist_box_picksplit i f 2 internal f
2583 pg_catalog gist_box_union i f 2 internal f
2584 pg_catalog gist_box_same i f 3 internal f
2585 pg_catalog gist_poly_consistent i f 5 internal f
2586 pg_catalog gist_poly_compress i f 1 internal f
2587 pg_catalog circle_overbelow i f 2 internal f
2588 pg_catalog circle_overabove i f 2 internal f
2591 pg_catalog gist_circle_consistent i f 5 internal f
2592 pg_catalog gist_circle_compress i f 1 internal f
2596 pg_catalog numeric_stddev_pop i f 1 internal f
2597 pg_catalog domain_in s f 3 internal f
2598 pg_catalog domain_recv s f 3 internal f
2599 pg_catalog pg_timezone_abbrevs_abbrevs s f 0 internal f
2614 pg_catalog xmlexists i f 2 internal f
2621 pg_catalog pg_reload_conf v f 0 internal f
2622 pg_catalog pg_rotate_logfile v f 0 internal f
2623 pg_catalog pg_stat_file v f 1 internal f
2624 pg_catalog pg_read_file v f 3 internal f
2625 pg_catalog pg_ls_dir v f 1 internal f
2626 pg_catalog pg_sleep v f 1 internal f
2627 pg_catalog inetnot i f 1 internal f
2628 pg_catalog inetand i f 2 internal f
2629 pg_catalog inetor i f 2 internal f
2630 pg_catalog inetpl i f 2 internal f
2631 pg_catalog int8pl_inet i f 2 sql f
2632 pg_catalog inetmi_int8 i f 2 internal f
2633 pg_catalog inetmi i f 2 internal f
2641 pg_catalog var_samp i a 1 internal f
2642 pg_catalog var_samp i a 1 internal f
2643 pg_catalog var_samp i a 1 internal f
2644 pg_catalog var_samp i a 1 internal f
2645 pg_catalog var_samp i a 1 internal f
2646 pg_catalog var_samp i a 1 internal f
2647 pg_catalog transaction_timestamp s f 0 internal f
2648 pg_catalog statement_timestamp s f 0 internal f
2649 pg_catalog clock_timestamp v f 0 internal f
2700 pg_catalog gin_cmp_prefix i f 4 internal f
2705 pg_catalog pg_has_role s f 3 internal f
2706 pg_catalog pg_has_role s f 3 internal f
2707 pg_catalog pg_has_role s f 3 internal f
2708 pg_catalog pg_has_role s f 3 internal f
2709 pg_catalog pg_has_role s f 2 internal f
2710 pg_catalog pg_has_role s f 2 internal f
2711 pg_catalog justify_interval i f 1 internal f
2712 pg_catalog stddev_samp i a 1 internal f
2713 pg_catalog stddev_samp i a 1 internal f
2714 pg_catalog stddev_samp i a 1 internal f
2715 pg_catalog stddev_samp i a 1 internal f
2716 pg_catalog stddev_samp i a 1 internal f
2717 pg_catalog stddev_samp i a 1 internal f
2718 pg_catalog var_pop i a 1 internal f
2719 pg_catalog var_pop i a 1 internal f
2720 pg_catalog var_pop i a 1 internal f
2721 pg_catalog var_pop i a 1 internal f
2722 pg_catalog var_pop i a 1 internal f
2723 pg_catalog var_pop i a 1 internal f
2724 pg_catalog stddev_pop i a 1 internal f
2725 pg_catalog stddev_pop i a 1 internal f
2726 pg_catalog stddev_pop i a 1 internal f
2727 pg_catalog stddev_pop i a 1 internal f
2728 pg_catalog stddev_pop i a 1 internal f
2729 pg_catalog stddev_pop i a 1 internal f
2730 pg_catalog pg_get_triggerdef s f 2 internal f
2731 pg_catalog asind i f 1 internal f
2732 pg_catalog acosd i f 1 internal f
2733 pg_catalog atand i f 1 internal f
2734 pg_catalog atan2d i f 2 internal f
2735 pg_catalog sind i f 1 internal f
2736 pg_catalog cosd i f 1 internal f
2737 pg_catalog tand i f 1 internal f
2738 pg_catalog cotd i f 1 internal f
2739 pg_catalog pg_backup_stop v f 1 internal f
2740 pg_catalog numeric_avg_serialize i f 1 internal f
2741 pg_catalog numeric_avg_deserialize i f 2 internal f
2743 pg_catalog ginarrayextract i f 3 internal f
2744 pg_catalog ginarrayconsistent i f 8 internal f
2746 pg_catalog int8_avg_accum i f 2 internal f
2747 pg_catalog arrayoverlap i f 2 internal f
2748 pg_catalog arraycontains i f 2 internal f
2749 pg_catalog arraycontained i f 2 internal f
2758 pg_catalog pg_stat_get_db_tuples_returned s f 1 internal f
2759 pg_catalog pg_stat_get_db_tuples_fetched s f 1 internal f
2760 pg_catalog pg_stat_get_db_tuples_inserted s f 1 internal f
2761 pg_catalog pg_stat_get_db_tuples_updated s f 1 internal f
2762 pg_catalog pg_stat_get_db_tuples_deleted s f 1 internal f
2763 pg_catalog regexp_matches i f 2 internal f
2764 pg_catalog regexp_matches i f 3 internal f
2765 pg_catalog regexp_split_to_table i f 2 internal f
2766 pg_catalog regexp_split_to_table i f 3 internal f
2767 pg_catalog regexp_split_to_array i f 2 internal f
2768 pg_catalog regexp_split_to_array i f 3 internal f
2769 pg_catalog pg_stat_get_checkpointer_num_timed s f 0 internal f
2770 pg_catalog pg_stat_get_checkpointer_num_requested s f 0 internal f
2771 pg_catalog pg_stat_get_checkpointer_buffers_written s f 0 internal f
2772 pg_catalog pg_stat_get_bgwriter_buf_written_clean s f 0 internal f
2773 pg_catalog pg_stat_get_bgwriter_maxwritten_clean s f 0 internal f
2774 pg_catalog ginqueryarrayextract i f 7 internal f
2777 pg_catalog anynonarray_in i f 1 internal f
2778 pg_catalog anynonarray_out i f 1 internal f
2781 pg_catalog pg_stat_get_last_vacuum_time s f 1 internal f
2782 pg_catalog pg_stat_get_last_autovacuum_time s f 1 internal f
2783 pg_catalog pg_stat_get_last_analyze_time s f 1 internal f
2784 pg_catalog pg_stat_get_last_autoanalyze_time s f 1 internal f
2785 pg_catalog int8_avg_combine i f 2 internal f
2786 pg_catalog int8_avg_serialize i f 1 internal f
2787 pg_catalog int8_avg_deserialize i f 2 internal f
2788 pg_catalog pg_stat_get_backend_wait_event_type s f 1 internal f
2790 pg_catalog tidgt i f 2 internal f
2791 pg_catalog tidlt i f 2 internal f
2792 pg_catalog tidge i f 2 internal f
2793 pg_catalog tidle i f 2 internal f
2794 pg_catalog bttidcmp i f 2 internal f
2795 pg_catalog tidlarger i f 2 internal f
2796 pg_catalog tidsmaller i f 2 internal f
2797 pg_catalog max i a 1 internal f
2798 pg_catalog min i a 1 internal f
2803 pg_catalog count i a 0 internal f
2804 pg_catalog int8inc_any i f 2 internal f
2805 pg_catalog int8inc_float8_float8 i f 3 internal f
2806 pg_catalog float8_regr_accum i f 3 internal f
2807 pg_catalog float8_regr_sxx i f 1 internal f
2808 pg_catalog float8_regr_syy i f 1 internal f
2809 pg_catalog float8_regr_sxy i f 1 internal f
2810 pg_catalog float8_regr_avgx i f 1 internal f
2811 pg_catalog float8_regr_avgy i f 1 internal f
2812 pg_catalog float8_regr_r2 i f 1 internal f
2813 pg_catalog float8_regr_slope i f 1 internal f
2814 pg_catalog float8_regr_intercept i f 1 internal f
2815 pg_catalog float8_covar_pop i f 1 internal f
2816 pg_catalog float8_covar_samp i f 1 internal f
2817 pg_catalog float8_corr i f 1 internal f
2818 pg_catalog regr_count i a 2 internal f
2819 pg_catalog regr_sxx i a 2 internal f
2820 pg_catalog regr_syy i a 2 internal f
2821 pg_catalog regr_sxy i a 2 internal f
2822 pg_catalog regr_avgx i a 2 internal f
2823 pg_catalog regr_avgy i a 2 internal f
2824 pg_catalog regr_r2 i a 2 internal f
2825 pg_catalog regr_slope i a 2 internal f
2826 pg_catalog regr_intercept i a 2 internal f
2827 pg_catalog covar_pop i a 2 internal f
2828 pg_catalog covar_samp i a 2 internal f
2829 pg_catalog corr i a 2 internal f
2844 pg_catalog pg_stat_get_db_blk_read_time s f 1 internal f
2845 pg_catalog pg_stat_get_db_blk_write_time s f 1 internal f
2848 pg_catalog pg_switch_wal v f 0 internal f
2849 pg_catalog pg_current_wal_lsn v f 0 internal f
2850 pg_catalog pg_walfile_name_offset i f 1 internal f
2851 pg_catalog pg_walfile_name i f 1 internal f
2852 pg_catalog pg_current_wal_insert_lsn v f 0 internal f
2853 pg_catalog pg_stat_get_backend_wait_event s f 1 internal f
2854 pg_catalog pg_my_temp_schema s f 0 internal f
2855 pg_catalog pg_is_other_temp_schema s f 1 internal f
2856 pg_catalog pg_timezone_names s f 0 internal f
2857 pg_catalog pg_stat_get_backend_xact_start s f 1 internal f
2858 pg_catalog numeric_avg_accum i f 2 internal f
2859 pg_catalog pg_stat_get_buf_alloc s f 0 internal f
2878 pg_catalog pg_stat_get_live_tuples s f 1 internal f
2879 pg_catalog pg_stat_get_dead_tuples s f 1 internal f
2880 pg_catalog pg_advisory_lock v f 1 internal f
2881 pg_catalog pg_advisory_lock_shared v f 1 internal f
2882 pg_catalog pg_try_advisory_lock v f 1 internal f
2883 pg_catalog pg_try_advisory_lock_shared v f 1 internal f
2884 pg_catalog pg_advisory_unlock v f 1 internal f
2885 pg_catalog pg_advisory_unlock_shared v f 1 internal f
2886 pg_catalog pg_advisory_lock v f 2 internal f
2887 pg_catalog pg_advisory_lock_shared v f 2 internal f
2888 pg_catalog pg_try_advisory_lock v f 2 internal f
2889 pg_catalog pg_try_advisory_lock_shared v f 2 internal f
2890 pg_catalog pg_advisory_unlock v f 2 internal f
2891 pg_catalog pg_advisory_unlock_shared v f 2 internal f
2892 pg_catalog pg_advisory_unlock_all v f 0 internal f
2893 pg_catalog xml_in s f 1 internal f
2894 pg_catalog xml_out i f 1 internal f
2895 pg_catalog xmlcomment i f 1 internal f
2896 pg_catalog xml s f 1 internal f
2897 pg_catalog xmlvalidate i f 2 internal f
2898 pg_catalog xml_recv s f 1 internal f
2899 pg_catalog xml_send s f 1 internal f
2900 pg_catalog xmlconcat2 i f 2 internal f
2901 pg_catalog xmlagg i a 1 internal f
2902 pg_catalog varbittypmodin i f 1 internal f
2903 pg_catalog intervaltypmodin i f 1 internal f
2904 pg_catalog intervaltypmodout i f 1 internal f
2905 pg_catalog timestamptypmodin i f 1 internal f
2906 pg_catalog timestamptypmodout i f 1 internal f
2907 pg_catalog timestamptztypmodin i f 1 internal f
2908 pg_catalog timestamptztypmodout i f 1 internal f
2909 pg_catalog timetypmodin i f 1 internal f
2910 pg_catalog timetypmodout i f 1 internal f
2911 pg_catalog timetztypmodin i f 1 internal f
2912 pg_catalog timetztypmodout i f 1 internal f
2913 pg_catalog bpchartypmodin i f 1 internal f
2914 pg_catalog bpchartypmodout i f 1 internal f
2915 pg_catalog varchartypmodin i f 1 internal f
2916 pg_catalog varchartypmodout i f 1 internal f
2917 pg_catalog numerictypmodin i f 1 internal f
2918 pg_catalog numerictypmodout i f 1 internal f
2919 pg_catalog bittypmodin i f 1 internal f
2920 pg_catalog bittypmodout i f 1 internal f
2921 pg_catalog varbittypmodout i f 1 internal f
2922 pg_catalog text i f 1 internal f
2923 pg_catalog table_to_xml s f 4 internal f
2924 pg_catalog query_to_xml v f 4 internal f
2925 pg_catalog cursor_to_xml v f 5 internal f
2926 pg_catalog table_to_xmlschema s f 4 internal f
2927 pg_catalog query_to_xmlschema v f 4 internal f
2928 pg_catalog cursor_to_xmlschema v f 4 internal f
2929 pg_catalog table_to_xml_and_xmlschema s f 4 internal f
2930 pg_catalog query_to_xml_and_xmlschema v f 4 internal f
2931 pg_catalog xpath i f 3 internal f
2932 pg_catalog xpath i f 2 sql f
2933 pg_catalog schema_to_xml s f 4 internal f
2934 pg_catalog schema_to_xmlschema s f 4 internal f
2935 pg_catalog schema_to_xml_and_xmlschema s f 4 internal f
2936 pg_catalog database_to_xml s f 3 internal f
2937 pg_catalog database_to_xmlschema s f 3 internal f
2938 pg_catalog database_to_xml_and_xmlschema s f 3 internal f
2939 pg_catalog txid_snapshot_in i f 1 internal f
2940 pg_catalog txid_snapshot_out i f 1 internal f
2941 pg_catalog txid_snapshot_recv i f 1 internal f
2942 pg_catalog txid_snapshot_send i f 1 internal f
2943 pg_catalog txid_current s f 0 internal f
2944 pg_catalog txid_current_snapshot s f 0 internal f
2945 pg_catalog txid_snapshot_xmin i f 1 internal f
2946 pg_catalog txid_snapshot_xmax i f 1 internal f
2947 pg_catalog txid_snapshot_xip i f 1 internal f
2948 pg_catalog txid_visible_in_snapshot i f 2 internal f
2952 pg_catalog uuid_in i f 1 internal f
2953 pg_catalog uuid_out i f 1 internal f
2954 pg_catalog uuid_lt i f 2 internal f
2955 pg_catalog uuid_le i f 2 internal f
2956 pg_catalog uuid_eq i f 2 internal f
2957 pg_catalog uuid_ge i f 2 internal f
2958 pg_catalog uuid_gt i f 2 internal f
2959 pg_catalog uuid_ne i f 2 internal f
2960 pg_catalog uuid_cmp i f 2 internal f
2961 pg_catalog uuid_recv i f 1 internal f
2962 pg_catalog uuid_send i f 1 internal f
2963 pg_catalog uuid_hash i f 1 internal f
2971 pg_catalog text i f 1 internal f
2978 pg_catalog pg_stat_get_function_calls s f 1 internal f
2979 pg_catalog pg_stat_get_function_total_time s f 1 internal f
2980 pg_catalog pg_stat_get_function_self_time s f 1 internal f
2981 pg_catalog record_eq i f 2 internal f
2982 pg_catalog record_ne i f 2 internal f
2983 pg_catalog record_lt i f 2 internal f
2984 pg_catalog record_gt i f 2 internal f
2985 pg_catalog record_le i f 2 internal f
2986 pg_catalog record_ge i f 2 internal f
2987 pg_catalog btrecordcmp i f 2 internal f
2997 pg_catalog pg_table_size v f 1 internal f
2998 pg_catalog pg_indexes_size v f 1 internal f
2999 pg_catalog pg_relation_filenode s f 1 internal f
3000 pg_catalog has_foreign_data_wrapper_privilege s f 3 internal f
3001 pg_catalog has_foreign_data_wrapper_privilege s f 3 internal f
3002 pg_catalog has_foreign_data_wrapper_privilege s f 3 internal f
3003 pg_catalog has_foreign_data_wrapper_privilege s f 3 internal f
3004 pg_catalog has_foreign_data_wrapper_privilege s f 2 internal f
3005 pg_catalog has_foreign_data_wrapper_privilege s f 2 internal f
3006 pg_catalog has_server_privilege s f 3 internal f
3007 pg_catalog has_server_privilege s f 3 internal f
3008 pg_catalog has_server_privilege s f 3 internal f
3009 pg_catalog has_server_privilege s f 3 internal f
3010 pg_catalog has_server_privilege s f 2 internal f
3011 pg_catalog has_server_privilege s f 2 internal f
3012 pg_catalog has_column_privilege s f 4 internal f
3013 pg_catalog has_column_privilege s f 4 internal f
3014 pg_catalog has_column_privilege s f 4 internal f
3015 pg_catalog has_column_privilege s f 4 internal f
3016 pg_catalog has_column_privilege s f 4 internal f
3017 pg_catalog has_column_privilege s f 4 internal f
3018 pg_catalog has_column_privilege s f 4 internal f
3019 pg_catalog has_column_privilege s f 4 internal f
3020 pg_catalog has_column_privilege s f 3 internal f
3021 pg_catalog has_column_privilege s f 3 internal f
3022 pg_catalog has_column_privilege s f 3 internal f
3023 pg_catalog has_column_privilege s f 3 internal f
3024 pg_catalog has_any_column_privilege s f 3 internal f
3025 pg_catalog has_any_column_privilege s f 3 internal f
3026 pg_catalog has_any_column_privilege s f 3 internal f
3027 pg_catalog has_any_column_privilege s f 3 internal f
3028 pg_catalog has_any_column_privilege s f 2 internal f
3029 pg_catalog has_any_column_privilege s f 2 internal f
3030 pg_catalog overlay i f 4 internal f
3031 pg_catalog overlay i f 3 internal f
3032 pg_catalog get_bit i f 2 internal f
3033 pg_catalog set_bit i f 3 internal f
3034 pg_catalog pg_relation_filepath s f 1 internal f
3035 pg_catalog pg_listening_channels s f 0 internal f
3036 pg_catalog pg_notify v f 2 internal f
3037 pg_catalog pg_stat_get_xact_numscans v f 1 internal f
3038 pg_catalog pg_stat_get_xact_tuples_returned v f 1 internal f
3039 pg_catalog pg_stat_get_xact_tuples_fetched v f 1 internal f
3040 pg_catalog pg_stat_get_xact_tuples_inserted v f 1 internal f
3041 pg_catalog pg_stat_get_xact_tuples_updated v f 1 internal f
3042 pg_catalog pg_stat_get_xact_tuples_deleted v f 1 internal f
3043 pg_catalog pg_stat_get_xact_tuples_hot_updated v f 1 internal f
3044 pg_catalog pg_stat_get_xact_blocks_fetched v f 1 internal f
3045 pg_catalog pg_stat_get_xact_blocks_hit v f 1 internal f
3046 pg_catalog pg_stat_get_xact_function_calls v f 1 internal f
3047 pg_catalog pg_stat_get_xact_function_total_time v f 1 internal f
3048 pg_catalog pg_stat_get_xact_function_self_time v f 1 internal f
3049 pg_catalog xpath_exists i f 3 internal f
3050 pg_catalog xpath_exists i f 2 sql f
3051 pg_catalog xml_is_well_formed s f 1 internal f
3052 pg_catalog xml_is_well_formed_document i f 1 internal f
3053 pg_catalog xml_is_well_formed_content i f 1 internal f
3054 pg_catalog pg_stat_get_vacuum_count s f 1 internal f
3055 pg_catalog pg_stat_get_autovacuum_count s f 1 internal f
3056 pg_catalog pg_stat_get_analyze_count s f 1 internal f
3057 pg_catalog pg_stat_get_autoanalyze_count s f 1 internal f
3058 pg_catalog concat s f 1 internal f
3059 pg_catalog concat_ws s f 2 internal f
3060 pg_catalog left i f 2 internal f
3061 pg_catalog right i f 2 internal f
3062 pg_catalog reverse i f 1 internal f
3064 pg_catalog gist_point_distance i f 5 internal f
3065 pg_catalog pg_stat_get_db_conflict_tablespace s f 1 internal f
3066 pg_catalog pg_stat_get_db_conflict_lock s f 1 internal f
3067 pg_catalog pg_stat_get_db_conflict_snapshot s f 1 internal f
3068 pg_catalog pg_stat_get_db_conflict_bufferpin s f 1 internal f
3069 pg_catalog pg_stat_get_db_conflict_startup_deadlock s f 1 internal f
3070 pg_catalog pg_stat_get_db_conflict_all s f 1 internal f
3071 pg_catalog pg_wal_replay_pause v f 0 internal f
3072 pg_catalog pg_wal_replay_resume v f 0 internal f
3073 pg_catalog pg_is_wal_replay_paused v f 0 internal f
3074 pg_catalog pg_stat_get_db_stat_reset_time s f 1 internal f
3075 pg_catalog pg_stat_get_bgwriter_stat_reset_time s f 0 internal f
3076 pg_catalog ginarrayextract i f 2 internal f
3077 pg_catalog gin_extract_tsvector i f 2 internal f
3078 pg_catalog pg_sequence_parameters s f 1 internal f
3082 pg_catalog pg_available_extensions s f 0 internal f
3083 pg_catalog pg_available_extension_versions s f 0 internal f
3084 pg_catalog pg_extension_update_paths s f 1 internal f
3086 pg_catalog pg_extension_config_dump v f 2 internal f
3087 pg_catalog gin_extract_tsquery i f 5 internal f
3088 pg_catalog gin_tsquery_consistent i f 6 internal f
3089 pg_catalog pg_advisory_xact_lock v f 1 internal f
3090 pg_catalog pg_advisory_xact_lock_shared v f 1 internal f
3091 pg_catalog pg_try_advisory_xact_lock v f 1 internal f
3092 pg_catalog pg_try_advisory_xact_lock_shared v f 1 internal f
3093 pg_catalog pg_advisory_xact_lock v f 2 internal f
3094 pg_catalog pg_advisory_xact_lock_shared v f 2 internal f
3095 pg_catalog pg_try_advisory_xact_lock v f 2 internal f
3096 pg_catalog pg_try_advisory_xact_lock_shared v f 2 internal f
3097 pg_catalog varchar_support i f 1 internal f
3098 pg_catalog pg_create_restore_point v f 1 internal f
3099 pg_catalog pg_stat_get_wal_senders s f 0 internal f
3100 pg_catalog row_number i w 0 internal f
3101 pg_catalog rank i w 0 internal f
3102 pg_catalog dense_rank i w 0 internal f
3103 pg_catalog percent_rank i w 0 internal f
3104 pg_catalog cume_dist i w 0 internal f
3105 pg_catalog ntile i w 1 internal f
3106 pg_catalog lag i w 1 internal f
3107 pg_catalog lag i w 2 internal f
3108 pg_catalog lag i w 3 internal f
3109 pg_catalog lead i w 1 internal f
3110 pg_catalog lead i w 2 internal f
3111 pg_catalog lead i w 3 internal f
3112 pg_catalog first_value i w 1 internal f
3113 pg_catalog last_value i w 1 internal f
3114 pg_catalog nth_value i w 2 internal f
3116 pg_catalog fdw_handler_in i f 1 internal f
3117 pg_catalog fdw_handler_out i f 1 internal f
3120 pg_catalog void_recv i f 1 internal f
3121 pg_catalog void_send i f 1 internal f
3129 pg_catalog btint2sortsupport i f 1 internal f
3130 pg_catalog btint4sortsupport i f 1 internal f
3131 pg_catalog btint8sortsupport i f 1 internal f
3132 pg_catalog btfloat4sortsupport i f 1 internal f
3133 pg_catalog btfloat8sortsupport i f 1 internal f
3134 pg_catalog btoidsortsupport i f 1 internal f
3135 pg_catalog btnamesortsupport i f 1 internal f
3136 pg_catalog date_sortsupport i f 1 internal f
3137 pg_catalog timestamp_sortsupport i f 1 internal f
3138 pg_catalog has_type_privilege s f 3 internal f
3139 pg_catalog has_type_privilege s f 3 internal f
3140 pg_catalog has_type_privilege s f 3 internal f
3141 pg_catalog has_type_privilege s f 3 internal f
3142 pg_catalog has_type_privilege s f 2 internal f
3143 pg_catalog has_type_privilege s f 2 internal f
3144 pg_catalog macaddr_not i f 1 internal f
3145 pg_catalog macaddr_and i f 2 internal f
3146 pg_catalog macaddr_or i f 2 internal f
3150 pg_catalog pg_stat_get_db_temp_files s f 1 internal f
3151 pg_catalog pg_stat_get_db_temp_bytes s f 1 internal f
3152 pg_catalog pg_stat_get_db_deadlocks s f 1 internal f
3153 pg_catalog array_to_json s f 1 internal f
3154 pg_catalog array_to_json s f 2 internal f
3155 pg_catalog row_to_json s f 1 internal f
3156 pg_catalog row_to_json s f 2 internal f
3157 pg_catalog numeric_support i f 1 internal f
3158 pg_catalog varbit_support i f 1 internal f
3159 pg_catalog pg_get_viewdef s f 2 internal f
3160 pg_catalog pg_stat_get_checkpointer_write_time s f 0 internal f
3161 pg_catalog pg_stat_get_checkpointer_sync_time s f 0 internal f
3162 pg_catalog pg_collation_for s f 1 internal f
3163 pg_catalog pg_trigger_depth s f 0 internal f
3165 pg_catalog pg_wal_lsn_diff i f 2 internal f
3166 pg_catalog pg_size_pretty i f 1 internal f
3167 pg_catalog array_remove i f 2 internal f
3168 pg_catalog array_replace i f 3 internal f
3169 pg_catalog rangesel s f 4 internal f
3170 pg_catalog lo_lseek64 v f 3 internal f
3171 pg_catalog lo_tell64 v f 1 internal f
3172 pg_catalog lo_truncate64 v f 2 internal f
3173 pg_catalog json_agg_transfn s f 2 internal f
3174 pg_catalog json_agg_finalfn i f 1 internal f
3175 pg_catalog json_agg s a 1 internal f
3176 pg_catalog to_json s f 1 internal f
3177 pg_catalog pg_stat_get_mod_since_analyze s f 1 internal f
3178 pg_catalog numeric_sum i f 1 internal f
3179 pg_catalog cardinality i f 1 internal f
3180 pg_catalog json_object_agg_transfn s f 3 internal f
3181 pg_catalog record_image_eq i f 2 internal f
3182 pg_catalog record_image_ne i f 2 internal f
3183 pg_catalog record_image_lt i f 2 internal f
3184 pg_catalog record_image_gt i f 2 internal f
3185 pg_catalog record_image_le i f 2 internal f
3186 pg_catalog record_image_ge i f 2 internal f
3187 pg_catalog btrecordimagecmp i f 2 internal f
3195 pg_catalog pg_stat_get_archiver s f 0 internal f
3196 pg_catalog json_object_agg_finalfn i f 1 internal f
3197 pg_catalog json_object_agg s a 2 internal f
3198 pg_catalog json_build_array s f 1 internal f
3199 pg_catalog json_build_array s f 0 internal f
3200 pg_catalog json_build_object s f 1 internal f
3201 pg_catalog json_build_object s f 0 internal f
3202 pg_catalog json_object i f 1 internal f
3203 pg_catalog json_object i f 2 internal f
3204 pg_catalog json_to_record s f 1 internal f
3205 pg_catalog json_to_recordset s f 1 internal f
3207 pg_catalog jsonb_array_length i f 1 internal f
3208 pg_catalog jsonb_each i f 1 internal f
3209 pg_catalog jsonb_populate_record s f 2 internal f
3210 pg_catalog jsonb_typeof i f 1 internal f
3214 pg_catalog jsonb_object_field_text i f 2 internal f
3215 pg_catalog jsonb_array_element i f 2 internal f
3216 pg_catalog jsonb_array_element_text i f 2 internal f
3217 pg_catalog jsonb_extract_path i f 2 internal f
3218 pg_catalog width_bucket i f 2 internal f
3219 pg_catalog jsonb_array_elements i f 1 internal f
3229 pg_catalog pg_lsn_in i f 1 internal f
3230 pg_catalog pg_lsn_out i f 1 internal f
3231 pg_catalog pg_lsn_lt i f 2 internal f
3232 pg_catalog pg_lsn_le i f 2 internal f
3233 pg_catalog pg_lsn_eq i f 2 internal f
3234 pg_catalog pg_lsn_ge i f 2 internal f
3235 pg_catalog pg_lsn_gt i f 2 internal f
3236 pg_catalog pg_lsn_ne i f 2 internal f
3237 pg_catalog pg_lsn_mi i f 2 internal f
3238 pg_catalog pg_lsn_recv i f 1 internal f
3239 pg_catalog pg_lsn_send i f 1 internal f
3251 pg_catalog pg_lsn_cmp i f 2 internal f
3252 pg_catalog pg_lsn_hash i f 1 internal f
3255 pg_catalog bttextsortsupport i f 1 internal f
3259 pg_catalog generate_series i f 3 internal f
3260 pg_catalog generate_series i f 2 internal f
3261 pg_catalog json_strip_nulls i f 2 internal f
3262 pg_catalog jsonb_strip_nulls i f 2 internal f
3263 pg_catalog jsonb_object i f 1 internal f
3264 pg_catalog jsonb_object i f 2 internal f
3265 pg_catalog jsonb_agg_transfn s f 2 internal f
3266 pg_catalog jsonb_agg_finalfn s f 1 internal f
3267 pg_catalog jsonb_agg s a 1 internal f
3268 pg_catalog jsonb_object_agg_transfn s f 3 internal f
3269 pg_catalog jsonb_object_agg_finalfn s f 1 internal f
3270 pg_catalog jsonb_object_agg i a 2 internal f
3271 pg_catalog jsonb_build_array s f 1 internal f
3272 pg_catalog jsonb_build_array s f 0 internal f
3273 pg_catalog jsonb_build_object s f 1 internal f
3274 pg_catalog jsonb_build_object s f 0 internal f
3275 pg_catalog dist_ppoly i f 2 internal f
3277 pg_catalog array_position i f 2 internal f
3278 pg_catalog array_position i f 3 internal f
3279 pg_catalog array_positions i f 2 internal f
3280 pg_catalog gist_circle_distance i f 5 internal f
3281 pg_catalog scale i f 1 internal f
3282 pg_catalog gist_point_fetch i f 1 internal f
3283 pg_catalog numeric_sortsupport i f 1 internal f
3288 pg_catalog gist_poly_distance i f 5 internal f
3290 pg_catalog dist_cpoint i f 2 internal f
3292 pg_catalog dist_polyp i f 2 internal f
3293 pg_catalog pg_read_file v f 4 internal f
3294 pg_catalog current_setting s f 2 internal f
3295 pg_catalog pg_read_binary_file v f 4 internal f
3296 pg_catalog pg_notification_queue_usage v f 0 internal f
3297 pg_catalog pg_ls_dir v f 3 internal f
3298 pg_catalog row_security_active s f 1 internal f
3299 pg_catalog row_security_active s f 1 internal f
3300 pg_catalog uuid_sortsupport i f 1 internal f
3301 pg_catalog jsonb_concat i f 2 internal f
3302 pg_catalog jsonb_delete i f 2 internal f
3303 pg_catalog jsonb_delete i f 2 internal f
3304 pg_catalog jsonb_delete_path i f 2 internal f
3305 pg_catalog jsonb_set i f 4 internal f
3306 pg_catalog jsonb_pretty i f 1 internal f
3307 pg_catalog pg_stat_file v f 2 internal f
3308 pg_catalog xidneq i f 2 internal f
3309 pg_catalog xidneqint4 i f 2 internal f
3311 pg_catalog tsm_handler_in i f 1 internal f
3312 pg_catalog tsm_handler_out i f 1 internal f
3313 pg_catalog bernoulli v f 1 internal f
3314 pg_catalog system v f 1 internal f
3317 pg_catalog pg_stat_get_wal_receiver s f 0 internal f
3318 pg_catalog pg_stat_get_progress_info s f 1 internal f
3319 pg_catalog ts_filter i f 2 internal f
3320 pg_catalog setweight i f 3 internal f
3321 pg_catalog ts_delete i f 2 internal f
3322 pg_catalog unnest i f 1 internal f
3323 pg_catalog ts_delete i f 2 internal f
3324 pg_catalog int4_avg_combine i f 2 internal f
3325 pg_catalog interval_avg_combine i f 2 internal f
3326 pg_catalog tsvector_to_array i f 1 internal f
3327 pg_catalog array_to_tsvector i f 1 internal f
3328 pg_catalog bpchar_sortsupport i f 1 internal f
3329 pg_catalog pg_show_all_file_settings v f 0 internal f
3330 pg_catalog pg_current_wal_flush_lsn v f 0 internal f
3331 pg_catalog bytea_sortsupport i f 1 internal f
3332 pg_catalog bttext_pattern_sortsupport i f 1 internal f
3333 pg_catalog btbpchar_pattern_sortsupport i f 1 internal f
3334 pg_catalog pg_size_bytes i f 1 internal f
3335 pg_catalog numeric_serialize i f 1 internal f
3336 pg_catalog numeric_deserialize i f 2 internal f
3337 pg_catalog numeric_avg_combine i f 2 internal f
3338 pg_catalog numeric_poly_combine i f 2 internal f
3339 pg_catalog numeric_poly_serialize i f 1 internal f
3340 pg_catalog numeric_poly_deserialize i f 2 internal f
3341 pg_catalog numeric_combine i f 2 internal f
3342 pg_catalog float8_regr_combine i f 2 internal f
3343 pg_catalog jsonb_delete i f 2 internal f
3344 pg_catalog cash_mul_int8 i f 2 internal f
3345 pg_catalog cash_div_int8 i f 2 internal f
3348 pg_catalog txid_current_if_assigned s f 0 internal f
3352 pg_catalog pg_get_partkeydef s f 1 internal f
3353 pg_catalog pg_ls_logdir v f 0 internal f
3354 pg_catalog pg_ls_waldir v f 0 internal f
3355 pg_catalog pg_ndistinct_in i f 1 internal f
3356 pg_catalog pg_ndistinct_out i f 1 internal f
3357 pg_catalog pg_ndistinct_recv s f 1 internal f
3358 pg_catalog pg_ndistinct_send s f 1 internal f
3359 pg_catalog macaddr_sortsupport i f 1 internal f
3360 pg_catalog txid_status v f 1 internal f
3376 pg_catalog pg_safe_snapshot_blocking_pids v f 1 internal f
3378 pg_catalog pg_isolation_test_session_is_blocked v f 2 internal f
3382 pg_catalog pg_identify_object_as_address s f 3 internal f
3383 pg_catalog brin_minmax_opcinfo i f 1 internal f
3384 pg_catalog brin_minmax_add_value i f 4 internal f
3385 pg_catalog brin_minmax_consistent i f 3 internal f
3386 pg_catalog brin_minmax_union i f 3 internal f
3387 pg_catalog int8_avg_accum_inv i f 2 internal f
3388 pg_catalog numeric_poly_sum i f 1 internal f
3389 pg_catalog numeric_poly_avg i f 1 internal f
3390 pg_catalog numeric_poly_var_pop i f 1 internal f
3391 pg_catalog numeric_poly_var_samp i f 1 internal f
3392 pg_catalog numeric_poly_stddev_pop i f 1 internal f
3393 pg_catalog numeric_poly_stddev_samp i f 1 internal f
3396 pg_catalog regexp_match i f 2 internal f
3397 pg_catalog regexp_match i f 3 internal f
3399 pg_catalog int8_mul_cash i f 2 internal f
3400 pg_catalog pg_config s f 0 internal f
3401 pg_catalog pg_hba_file_rules v f 0 internal f
3403 pg_catalog pg_statistics_obj_is_visible s f 1 internal f
3404 pg_catalog pg_dependencies_in i f 1 internal f
3405 pg_catalog pg_dependencies_out i f 1 internal f
3406 pg_catalog pg_dependencies_recv s f 1 internal f
3407 pg_catalog pg_dependencies_send s f 1 internal f
3408 pg_catalog pg_get_partition_constraintdef s f 1 internal f
3409 pg_catalog time_hash_extended i f 2 internal f
3410 pg_catalog timetz_hash_extended i f 2 internal f
3411 pg_catalog timestamp_hash_extended i f 2 internal f
3412 pg_catalog uuid_hash_extended i f 2 internal f
3413 pg_catalog pg_lsn_hash_extended i f 2 internal f
3414 pg_catalog hashenumextended i f 2 internal f
3415 pg_catalog pg_get_statisticsobjdef s f 1 internal f
3416 pg_catalog jsonb_hash_extended i f 2 internal f
3417 pg_catalog hash_range_extended i f 2 internal f
3418 pg_catalog interval_hash_extended i f 2 internal f
3419 pg_catalog sha224 i f 1 internal f
3420 pg_catalog sha256 i f 1 internal f
3421 pg_catalog sha384 i f 1 internal f
3422 pg_catalog sha512 i f 1 internal f
3423 pg_catalog pg_partition_tree v f 1 internal f
3424 pg_catalog pg_partition_root i f 1 internal f
3425 pg_catalog pg_partition_ancestors v f 1 internal f
3426 pg_catalog pg_stat_get_db_checksum_failures s f 1 internal f
3427 pg_catalog pg_mcv_list_items s f 1 internal f
3428 pg_catalog pg_stat_get_db_checksum_last_failure s f 1 internal f
3432 pg_catalog gen_random_uuid v f 0 internal f
3434 pg_catalog gtsvector_options i f 1 internal f
3435 pg_catalog gist_point_sortsupport i f 1 internal f
3436 pg_catalog pg_promote v f 2 internal f
3437 pg_catalog prefixsel s f 4 internal f
3438 pg_catalog prefixjoinsel s f 5 internal f
3441 pg_catalog pg_control_system v f 0 internal f
3442 pg_catalog pg_control_checkpoint v f 0 internal f
3443 pg_catalog pg_control_recovery v f 0 internal f
3444 pg_catalog pg_control_init v f 0 internal f
3445 pg_catalog pg_import_system_collations v f 1 internal f
3446 pg_catalog macaddr8_recv i f 1 internal f
3447 pg_catalog macaddr8_send i f 1 internal f
3448 pg_catalog pg_collation_actual_version v f 1 internal f
3449 pg_catalog numeric i f 1 internal f
3450 pg_catalog int2 i f 1 internal f
3451 pg_catalog int4 i f 1 internal f
3452 pg_catalog int8 i f 1 internal f
3453 pg_catalog float4 i f 1 internal f
3454 pg_catalog pg_filenode_relation s f 2 internal f
3457 pg_catalog lo_from_bytea v f 2 internal f
3458 pg_catalog lo_get v f 1 internal f
3459 pg_catalog lo_get v f 3 internal f
3460 pg_catalog lo_put v f 3 internal f
3461 pg_catalog make_timestamp i f 6 internal f
3462 pg_catalog make_timestamptz s f 6 internal f
3463 pg_catalog make_timestamptz s f 7 internal f
3464 pg_catalog make_interval i f 7 internal f
3465 pg_catalog jsonb_array_elements_text i f 1 internal f
3469 pg_catalog spg_range_quad_config i f 2 internal f
3470 pg_catalog spg_range_quad_choose i f 2 internal f
3471 pg_catalog spg_range_quad_picksplit i f 2 internal f
3472 pg_catalog spg_range_quad_inner_consistent i f 2 internal f
3473 pg_catalog spg_range_quad_leaf_consistent i f 2 internal f
3475 pg_catalog jsonb_populate_recordset s f 2 internal f
3476 pg_catalog to_regoperator s f 1 internal f
3478 pg_catalog jsonb_object_field i f 2 internal f
3479 pg_catalog to_regprocedure s f 1 internal f
3480 pg_catalog gin_compare_jsonb i f 2 internal f
3482 pg_catalog gin_extract_jsonb i f 3 internal f
3483 pg_catalog gin_extract_jsonb_query i f 7 internal f
3484 pg_catalog gin_consistent_jsonb i f 8 internal f
3485 pg_catalog gin_extract_jsonb_path i f 3 internal f
3486 pg_catalog gin_extract_jsonb_query_path i f 7 internal f
3487 pg_catalog gin_consistent_jsonb_path i f 8 internal f
3488 pg_catalog gin_triconsistent_jsonb i f 7 internal f
3489 pg_catalog gin_triconsistent_jsonb_path i f 7 internal f
3490 pg_catalog jsonb_to_record s f 1 internal f
3491 pg_catalog jsonb_to_recordset s f 1 internal f
3492 pg_catalog to_regoper s f 1 internal f
3493 pg_catalog to_regtype s f 1 internal f
3494 pg_catalog to_regproc s f 1 internal f
3495 pg_catalog to_regclass s f 1 internal f
3496 pg_catalog bool_accum i f 2 internal f
3497 pg_catalog bool_accum_inv i f 2 internal f
3498 pg_catalog bool_alltrue i f 1 internal f
3499 pg_catalog bool_anytrue i f 1 internal f
3504 pg_catalog anyenum_in i f 1 internal f
3505 pg_catalog anyenum_out s f 1 internal f
3506 pg_catalog enum_in s f 2 internal f
3507 pg_catalog enum_out s f 1 internal f
3508 pg_catalog enum_eq i f 2 internal f
3509 pg_catalog enum_ne i f 2 internal f
3510 pg_catalog enum_lt i f 2 internal f
3511 pg_catalog enum_gt i f 2 internal f
3512 pg_catalog enum_le i f 2 internal f
3513 pg_catalog enum_ge i f 2 internal f
3514 pg_catalog enum_cmp i f 2 internal f
3515 pg_catalog hashenum i f 1 internal f
3524 pg_catalog enum_smaller i f 2 internal f
3525 pg_catalog enum_larger i f 2 internal f
3526 pg_catalog max i a 1 internal f
3527 pg_catalog min i a 1 internal f
3528 pg_catalog enum_first s f 1 internal f
3529 pg_catalog enum_last s f 1 internal f
3530 pg_catalog enum_range s f 2 internal f
3531 pg_catalog enum_range s f 1 internal f
3532 pg_catalog enum_recv s f 2 internal f
3533 pg_catalog enum_send s f 1 internal f
3535 pg_catalog string_agg_transfn i f 3 internal f
3536 pg_catalog string_agg_finalfn i f 1 internal f
3537 pg_catalog pg_describe_object s f 3 internal f
3538 pg_catalog string_agg i a 2 internal f
3539 pg_catalog format s f 2 internal f
3540 pg_catalog format s f 1 internal f
3543 pg_catalog bytea_string_agg_transfn i f 3 internal f
3544 pg_catalog bytea_string_agg_finalfn i f 1 internal f
3545 pg_catalog string_agg i a 2 internal f
3546 pg_catalog int8dec i f 1 internal f
3547 pg_catalog int8dec_any i f 2 internal f
3548 pg_catalog numeric_accum_inv i f 2 internal f
3549 pg_catalog interval_avg_accum_inv i f 2 internal f
3551 pg_catalog network_overlap i f 2 internal f
3553 pg_catalog inet_gist_consistent i f 5 internal f
3554 pg_catalog inet_gist_union i f 2 internal f
3555 pg_catalog inet_gist_compress i f 1 internal f
3556 pg_catalog bool i f 1 internal f
3557 pg_catalog inet_gist_penalty i f 3 internal f
3558 pg_catalog inet_gist_picksplit i f 2 internal f
3559 pg_catalog inet_gist_same i f 3 internal f
3560 pg_catalog networksel s f 4 internal f
3561 pg_catalog networkjoinsel s f 5 internal f
3562 pg_catalog network_larger i f 2 internal f
3563 pg_catalog network_smaller i f 2 internal f
3564 pg_catalog max i a 1 internal f
3565 pg_catalog min i a 1 internal f
3566 pg_catalog pg_event_trigger_dropped_objects s f 0 internal f
3567 pg_catalog int2_accum_inv i f 2 internal f
3568 pg_catalog int4_accum_inv i f 2 internal f
3569 pg_catalog int8_accum_inv i f 2 internal f
3570 pg_catalog int2_avg_accum_inv i f 2 internal f
3571 pg_catalog int4_avg_accum_inv i f 2 internal f
3572 pg_catalog int2int4_sum i f 1 internal f
3573 pg_catalog inet_gist_fetch i f 1 internal f
3577 pg_catalog pg_logical_emit_message v f 4 internal f
3578 pg_catalog pg_logical_emit_message v f 4 internal f
3579 pg_catalog jsonb_insert i f 4 internal f
3581 pg_catalog pg_xact_commit_timestamp v f 1 internal f
3582 pg_catalog binary_upgrade_set_next_pg_type_oid v f 1 internal f
3583 pg_catalog pg_last_committed_xact v f 0 internal f
3584 pg_catalog binary_upgrade_set_next_array_pg_type_oid v f 1 internal f
3586 pg_catalog binary_upgrade_set_next_heap_pg_class_oid v f 1 internal f
3587 pg_catalog binary_upgrade_set_next_index_pg_class_oid v f 1 internal f
3588 pg_catalog binary_upgrade_set_next_toast_pg_class_oid v f 1 internal f
3589 pg_catalog binary_upgrade_set_next_pg_enum_oid v f 1 internal f
3590 pg_catalog binary_upgrade_set_next_pg_authid_oid v f 1 internal f
3591 pg_catalog binary_upgrade_create_empty_extension v f 7 internal f
3594 pg_catalog event_trigger_in i f 1 internal f
3595 pg_catalog event_trigger_out i f 1 internal f
3610 pg_catalog tsvectorin i f 1 internal f
3611 pg_catalog tsvectorout i f 1 internal f
3612 pg_catalog tsqueryin i f 1 internal f
3613 pg_catalog tsqueryout i f 1 internal f
3616 pg_catalog tsvector_lt i f 2 internal f
3617 pg_catalog tsvector_le i f 2 internal f
3618 pg_catalog tsvector_eq i f 2 internal f
3619 pg_catalog tsvector_ne i f 2 internal f
3620 pg_catalog tsvector_ge i f 2 internal f
3621 pg_catalog tsvector_gt i f 2 internal f
3622 pg_catalog tsvector_cmp i f 2 internal f
3623 pg_catalog strip i f 1 internal f
3624 pg_catalog setweight i f 2 internal f
3625 pg_catalog tsvector_concat i f 2 internal f
3634 pg_catalog ts_match_vq i f 2 internal f
3635 pg_catalog ts_match_qv i f 2 internal f
3638 pg_catalog tsvectorsend i f 1 internal f
3639 pg_catalog tsvectorrecv i f 1 internal f
3640 pg_catalog tsquerysend i f 1 internal f
3641 pg_catalog tsqueryrecv i f 1 internal f
3646 pg_catalog gtsvectorin i f 1 internal f
3647 pg_catalog gtsvectorout i f 1 internal f
3648 pg_catalog gtsvector_compress i f 1 internal f
3649 pg_catalog gtsvector_decompress i f 1 internal f
3650 pg_catalog gtsvector_picksplit i f 2 internal f
3651 pg_catalog gtsvector_union i f 2 internal f
3652 pg_catalog gtsvector_same i f 3 internal f
3653 pg_catalog gtsvector_penalty i f 3 internal f
3654 pg_catalog gtsvector_consistent i f 5 internal f
3656 pg_catalog gin_extract_tsvector i f 3 internal f
3657 pg_catalog gin_extract_tsquery i f 7 internal f
3658 pg_catalog gin_tsquery_consistent i f 8 internal f
3662 pg_catalog tsquery_lt i f 2 internal f
3663 pg_catalog tsquery_le i f 2 internal f
3664 pg_catalog tsquery_eq i f 2 internal f
3665 pg_catalog tsquery_ne i f 2 internal f
3666 pg_catalog tsquery_ge i f 2 internal f
3667 pg_catalog tsquery_gt i f 2 internal f
3668 pg_catalog tsquery_cmp i f 2 internal f
3669 pg_catalog tsquery_and i f 2 internal f
3670 pg_catalog tsquery_or i f 2 internal f
3671 pg_catalog tsquery_not i f 1 internal f
3672 pg_catalog numnode i f 1 internal f
3673 pg_catalog querytree i f 1 internal f
3684 pg_catalog ts_rewrite i f 3 internal f
3685 pg_catalog ts_rewrite v f 2 internal f
3686 pg_catalog tsmatchsel s f 4 internal f
3687 pg_catalog tsmatchjoinsel s f 5 internal f
3688 pg_catalog ts_typanalyze s f 1 internal f
3689 pg_catalog ts_stat v f 1 internal f
3690 pg_catalog ts_stat v f 2 internal f
3691 pg_catalog tsq_mcontains i f 2 internal f
3692 pg_catalog tsq_mcontained i f 2 internal f
3695 pg_catalog gtsquery_compress i f 1 internal f
3696 pg_catalog starts_with i f 2 internal f
3697 pg_catalog gtsquery_picksplit i f 2 internal f
3698 pg_catalog gtsquery_union i f 2 internal f
3699 pg_catalog gtsquery_same i f 3 internal f
3700 pg_catalog gtsquery_penalty i f 3 internal f
3701 pg_catalog gtsquery_consistent i f 5 internal f
3703 pg_catalog ts_rank i f 4 internal f
3704 pg_catalog ts_rank i f 3 internal f
3705 pg_catalog ts_rank i f 3 internal f
3706 pg_catalog ts_rank i f 2 internal f
3707 pg_catalog ts_rank_cd i f 4 internal f
3708 pg_catalog ts_rank_cd i f 3 internal f
3709 pg_catalog ts_rank_cd i f 3 internal f
3710 pg_catalog ts_rank_cd i f 2 internal f
3711 pg_catalog length i f 1 internal f
3713 pg_catalog ts_token_type i f 1 internal f
3714 pg_catalog ts_token_type s f 1 internal f
3715 pg_catalog ts_parse i f 2 internal f
3716 pg_catalog ts_parse s f 2 internal f
3717 pg_catalog prsd_start i f 2 internal f
3718 pg_catalog prsd_nexttoken i f 3 internal f
3719 pg_catalog prsd_end i f 1 internal f
3720 pg_catalog prsd_headline i f 3 internal f
3721 pg_catalog prsd_lextype i f 1 internal f
3723 pg_catalog ts_lexize i f 2 internal f
3724 pg_catalog gin_cmp_tslexeme i f 2 internal f
3725 pg_catalog dsimple_init i f 1 internal f
3726 pg_catalog dsimple_lexize i f 4 internal f
3728 pg_catalog dsynonym_init i f 1 internal f
3729 pg_catalog dsynonym_lexize i f 4 internal f
3731 pg_catalog dispell_init i f 1 internal f
3732 pg_catalog dispell_lexize i f 4 internal f
3736 pg_catalog regconfigin s f 1 internal f
3737 pg_catalog regconfigout s f 1 internal f
3738 pg_catalog regconfigrecv i f 1 internal f
3739 pg_catalog regconfigsend i f 1 internal f
3740 pg_catalog thesaurus_init i f 1 internal f
3741 pg_catalog thesaurus_lexize i f 4 internal f
3743 pg_catalog ts_headline i f 4 internal f
3744 pg_catalog ts_headline i f 3 internal f
3745 pg_catalog to_tsvector i f 2 internal f
3746 pg_catalog to_tsquery i f 2 internal f
3747 pg_catalog plainto_tsquery i f 2 internal f
3749 pg_catalog to_tsvector s f 1 internal f
3750 pg_catalog to_tsquery s f 1 internal f
3751 pg_catalog plainto_tsquery s f 1 internal f
3752 pg_catalog tsvector_update_trigger v f 0 internal f
3753 pg_catalog tsvector_update_trigger_column v f 0 internal f
3754 pg_catalog ts_headline s f 3 internal f
3755 pg_catalog ts_headline s f 2 internal f
3756 pg_catalog pg_ts_parser_is_visible s f 1 internal f
3757 pg_catalog pg_ts_dict_is_visible s f 1 internal f
3758 pg_catalog pg_ts_config_is_visible s f 1 internal f
3759 pg_catalog get_current_ts_config s f 0 internal f
3760 pg_catalog ts_match_tt s f 2 internal f
3761 pg_catalog ts_match_tq s f 2 internal f
3768 pg_catalog pg_ts_template_is_visible s f 1 internal f
3771 pg_catalog regdictionaryin s f 1 internal f
3772 pg_catalog regdictionaryout s f 1 internal f
3773 pg_catalog regdictionaryrecv i f 1 internal f
3774 pg_catalog regdictionarysend i f 1 internal f
3775 pg_catalog pg_stat_reset_shared v f 1 internal f
3776 pg_catalog pg_stat_reset_single_table_counters v f 1 internal f
3777 pg_catalog pg_stat_reset_single_function_counters v f 1 internal f
3778 pg_catalog pg_tablespace_location s f 1 internal f
3779 pg_catalog pg_create_physical_replication_slot v f 3 internal f
3780 pg_catalog pg_drop_replication_slot v f 1 internal f
3781 pg_catalog pg_get_replication_slots s f 0 internal f
3782 pg_catalog pg_logical_slot_get_changes v f 4 internal f
3783 pg_catalog pg_logical_slot_get_binary_changes v f 4 internal f
3784 pg_catalog pg_logical_slot_peek_changes v f 4 internal f
3785 pg_catalog pg_logical_slot_peek_binary_changes v f 4 internal f
3786 pg_catalog pg_create_logical_replication_slot v f 5 internal f
3787 pg_catalog to_jsonb s f 1 internal f
3788 pg_catalog pg_stat_get_snapshot_timestamp s f 0 internal f
3789 pg_catalog gin_clean_pending_list v f 1 internal f
3790 pg_catalog gtsvector_consistent i f 5 internal f
3791 pg_catalog gin_extract_tsquery i f 7 internal f
3792 pg_catalog gin_tsquery_consistent i f 8 internal f
3793 pg_catalog gtsquery_consistent i f 5 internal f
3795 pg_catalog inet_spg_config i f 2 internal f
3796 pg_catalog inet_spg_choose i f 2 internal f
3797 pg_catalog inet_spg_picksplit i f 2 internal f
3798 pg_catalog inet_spg_inner_consistent i f 2 internal f
3799 pg_catalog inet_spg_leaf_consistent i f 2 internal f
3800 pg_catalog pg_current_logfile v f 0 internal f
3801 pg_catalog pg_current_logfile v f 1 internal f
3803 pg_catalog jsonb_send i f 1 internal f
3804 pg_catalog jsonb_out i f 1 internal f
3805 pg_catalog jsonb_recv i f 1 internal f
3806 pg_catalog jsonb_in i f 1 internal f
3808 pg_catalog pg_get_function_arg_default s f 2 internal f
3809 pg_catalog pg_export_snapshot v f 0 internal f
3810 pg_catalog pg_is_in_recovery v f 0 internal f
3811 pg_catalog money s f 1 internal f
3812 pg_catalog money s f 1 internal f
3813 pg_catalog xmltext i f 1 internal f
3815 pg_catalog pg_collation_is_visible s f 1 internal f
3816 pg_catalog array_typanalyze s f 1 internal f
3817 pg_catalog arraycontsel s f 4 internal f
3818 pg_catalog arraycontjoinsel s f 5 internal f
3819 pg_catalog pg_get_multixact_members v f 1 internal f
3820 pg_catalog pg_last_wal_receive_lsn v f 0 internal f
3821 pg_catalog pg_last_wal_replay_lsn v f 0 internal f
3822 pg_catalog cash_div_cash i f 2 internal f
3823 pg_catalog numeric s f 1 internal f
3824 pg_catalog money s f 1 internal f
3826 pg_catalog pg_read_file v f 1 internal f
3827 pg_catalog pg_read_binary_file v f 3 internal f
3828 pg_catalog pg_read_binary_file v f 1 internal f
3829 pg_catalog pg_opfamily_is_visible s f 1 internal f
3830 pg_catalog pg_last_xact_replay_timestamp v f 0 internal f
3832 pg_catalog anyrange_in s f 3 internal f
3833 pg_catalog anyrange_out s f 1 internal f
3834 pg_catalog range_in s f 3 internal f
3835 pg_catalog range_out s f 1 internal f
3836 pg_catalog range_recv s f 3 internal f
3837 pg_catalog range_send s f 1 internal f
3839 pg_catalog pg_identify_object s f 3 internal f
3840 pg_catalog int4range i f 2 internal f
3841 pg_catalog int4range i f 3 internal f
3842 pg_catalog pg_relation_is_updatable s f 2 internal f
3843 pg_catalog pg_column_is_updatable s f 3 internal f
3844 pg_catalog numrange i f 2 internal f
3845 pg_catalog numrange i f 3 internal f
3846 pg_catalog make_date i f 3 internal f
3847 pg_catalog make_time i f 3 internal f
3848 pg_catalog lower i f 1 internal f
3849 pg_catalog upper i f 1 internal f
3850 pg_catalog isempty i f 1 internal f
3851 pg_catalog lower_inc i f 1 internal f
3852 pg_catalog upper_inc i f 1 internal f
3853 pg_catalog lower_inf i f 1 internal f
3854 pg_catalog upper_inf i f 1 internal f
3855 pg_catalog range_eq i f 2 internal f
3856 pg_catalog range_ne i f 2 internal f
3857 pg_catalog range_overlaps i f 2 internal f
3858 pg_catalog range_contains_elem i f 2 internal f
3859 pg_catalog range_contains i f 2 internal f
3860 pg_catalog elem_contained_by_range i f 2 internal f
3861 pg_catalog range_contained_by i f 2 internal f
3862 pg_catalog range_adjacent i f 2 internal f
3863 pg_catalog range_before i f 2 internal f
3864 pg_catalog range_after i f 2 internal f
3865 pg_catalog range_overleft i f 2 internal f
3866 pg_catalog range_overright i f 2 internal f
3867 pg_catalog range_union i f 2 internal f
3868 pg_catalog range_intersect i f 2 internal f
3869 pg_catalog range_minus i f 2 internal f
3870 pg_catalog range_cmp i f 2 internal f
3871 pg_catalog range_lt i f 2 internal f
3872 pg_catalog range_le i f 2 internal f
3873 pg_catalog range_ge i f 2 internal f
3874 pg_catalog range_gt i f 2 internal f
3875 pg_catalog range_gist_consistent i f 5 internal f
3876 pg_catalog range_gist_union i f 2 internal f
3878 pg_catalog pg_replication_slot_advance v f 2 internal f
3879 pg_catalog range_gist_penalty i f 3 internal f
3880 pg_catalog range_gist_picksplit i f 2 internal f
3881 pg_catalog range_gist_same i f 3 internal f
3902 pg_catalog hash_range i f 1 internal f
3914 pg_catalog int4range_canonical i f 1 internal f
3915 pg_catalog daterange_canonical i f 1 internal f
3916 pg_catalog range_typanalyze s f 1 internal f
3917 pg_catalog timestamp_support i f 1 internal f
3918 pg_catalog interval_support i f 1 internal f
3920 pg_catalog ginarraytriconsistent i f 7 internal f
3921 pg_catalog gin_tsquery_triconsistent i f 7 internal f
3922 pg_catalog int4range_subdiff i f 2 internal f
3923 pg_catalog int8range_subdiff i f 2 internal f
3924 pg_catalog numrange_subdiff i f 2 internal f
3925 pg_catalog daterange_subdiff i f 2 internal f
3928 pg_catalog int8range_canonical i f 1 internal f
3929 pg_catalog tsrange_subdiff i f 2 internal f
3930 pg_catalog tstzrange_subdiff i f 2 internal f
3931 pg_catalog jsonb_object_keys i f 1 internal f
3932 pg_catalog jsonb_each_text i f 1 internal f
3933 pg_catalog tsrange i f 2 internal f
3934 pg_catalog tsrange i f 3 internal f
3935 pg_catalog pg_sleep_for v f 1 sql f
3936 pg_catalog pg_sleep_until v f 1 sql f
3937 pg_catalog tstzrange i f 2 internal f
3938 pg_catalog tstzrange i f 3 internal f
3939 pg_catalog mxid_age s f 1 internal f
3940 pg_catalog jsonb_extract_path_text i f 2 internal f
3941 pg_catalog daterange i f 2 internal f
3942 pg_catalog daterange i f 3 internal f
3943 pg_catalog acldefault i f 2 internal f
3944 pg_catalog time_support i f 1 internal f
3945 pg_catalog int8range i f 2 internal f
3946 pg_catalog int8range i f 3 internal f
3947 pg_catalog json_object_field i f 2 internal f
3948 pg_catalog json_object_field_text i f 2 internal f
3949 pg_catalog json_array_element i f 2 internal f
3950 pg_catalog json_array_element_text i f 2 internal f
3951 pg_catalog json_extract_path i f 2 internal f
3952 pg_catalog brin_summarize_new_values v f 1 internal f
3953 pg_catalog json_extract_path_text i f 2 internal f
3954 pg_catalog pg_get_object_address s f 3 internal f
3955 pg_catalog json_array_elements i f 1 internal f
3956 pg_catalog json_array_length i f 1 internal f
3957 pg_catalog json_object_keys i f 1 internal f
3958 pg_catalog json_each i f 1 internal f
3959 pg_catalog json_each_text i f 1 internal f
3960 pg_catalog json_populate_record s f 3 internal f
3961 pg_catalog json_populate_recordset s f 3 internal f
3968 pg_catalog json_typeof i f 1 internal f
3969 pg_catalog json_array_elements_text i f 1 internal f
3970 pg_catalog ordered_set_transition i f 2 internal f
3971 pg_catalog ordered_set_transition_multi i f 2 internal f
3972 pg_catalog percentile_disc i a 2 internal f
3973 pg_catalog percentile_disc_final i f 3 internal f
3974 pg_catalog percentile_cont i a 2 internal f
3975 pg_catalog percentile_cont_float8_final i f 2 internal f
3976 pg_catalog percentile_cont i a 2 internal f
3977 pg_catalog percentile_cont_interval_final i f 2 internal f
3978 pg_catalog percentile_disc i a 2 internal f
3979 pg_catalog percentile_disc_multi_final i f 3 internal f
3980 pg_catalog percentile_cont i a 2 internal f
3981 pg_catalog percentile_cont_float8_multi_final i f 2 internal f
3982 pg_catalog percentile_cont i a 2 internal f
3983 pg_catalog percentile_cont_interval_multi_final i f 2 internal f
3984 pg_catalog mode i a 1 internal f
3985 pg_catalog mode_final i f 2 internal f
3986 pg_catalog rank i a 1 internal f
3987 pg_catalog rank_final i f 2 internal f
3988 pg_catalog percent_rank i a 1 internal f
3989 pg_catalog percent_rank_final i f 2 internal f
3990 pg_catalog cume_dist i a 1 internal f
3991 pg_catalog cume_dist_final i f 2 internal f
3992 pg_catalog dense_rank i a 1 internal f
3993 pg_catalog dense_rank_final i f 2 internal f
3994 pg_catalog generate_series_int4_support i f 1 internal f
3995 pg_catalog generate_series_int8_support i f 1 internal f
3996 pg_catalog array_unnest_support i f 1 internal f
3998 pg_catalog gist_box_distance i f 5 internal f
3999 pg_catalog brin_summarize_range v f 2 internal f
4001 pg_catalog jsonpath_in i f 1 internal f
4002 pg_catalog jsonpath_recv i f 1 internal f
4003 pg_catalog jsonpath_out i f 1 internal f
4004 pg_catalog jsonpath_send i f 1 internal f
4005 pg_catalog jsonb_path_exists i f 4 internal f
4006 pg_catalog jsonb_path_query i f 4 internal f
4007 pg_catalog jsonb_path_query_array i f 4 internal f
4008 pg_catalog jsonb_path_query_first i f 4 internal f
4009 pg_catalog jsonb_path_match i f 4 internal f
4010 pg_catalog jsonb_path_exists_opr i f 2 internal f
4011 pg_catalog jsonb_path_match_opr i f 2 internal f
4014 pg_catalog brin_desummarize_range v f 2 internal f
4018 pg_catalog spg_quad_config i f 2 internal f
4019 pg_catalog spg_quad_choose i f 2 internal f
4020 pg_catalog spg_quad_picksplit i f 2 internal f
4021 pg_catalog spg_quad_inner_consistent i f 2 internal f
4022 pg_catalog spg_quad_leaf_consistent i f 2 internal f
4023 pg_catalog spg_kd_config i f 2 internal f
4024 pg_catalog spg_kd_choose i f 2 internal f
4025 pg_catalog spg_kd_picksplit i f 2 internal f
4026 pg_catalog spg_kd_inner_consistent i f 2 internal f
4027 pg_catalog spg_text_config i f 2 internal f
4028 pg_catalog spg_text_choose i f 2 internal f
4029 pg_catalog spg_text_picksplit i f 2 internal f
4030 pg_catalog spg_text_inner_consistent i f 2 internal f
4031 pg_catalog spg_text_leaf_consistent i f 2 internal f
4032 pg_catalog pg_sequence_last_value v f 1 internal f
4038 pg_catalog jsonb_ne i f 2 internal f
4039 pg_catalog jsonb_lt i f 2 internal f
4040 pg_catalog jsonb_gt i f 2 internal f
4041 pg_catalog jsonb_le i f 2 internal f
4042 pg_catalog jsonb_ge i f 2 internal f
4043 pg_catalog jsonb_eq i f 2 internal f
4044 pg_catalog jsonb_cmp i f 2 internal f
4045 pg_catalog jsonb_hash i f 1 internal f
4046 pg_catalog jsonb_contains i f 2 internal f
4047 pg_catalog jsonb_exists i f 2 internal f
4048 pg_catalog jsonb_exists_any i f 2 internal f
4049 pg_catalog jsonb_exists_all i f 2 internal f
4050 pg_catalog jsonb_contained i f 2 internal f
4051 pg_catalog array_agg_array_transfn i f 2 internal f
4052 pg_catalog array_agg_array_finalfn i f 2 internal f
4053 pg_catalog array_agg i a 1 internal f
4057 pg_catalog range_merge i f 2 internal f
4063 pg_catalog inet_merge i f 2 internal f
4067 pg_catalog bound_box i f 2 internal f
4071 pg_catalog inet_same_family i f 2 internal f
4083 pg_catalog binary_upgrade_set_record_init_privs v f 1 internal f
4084 pg_catalog regnamespacein s f 1 internal f
4085 pg_catalog regnamespaceout s f 1 internal f
4086 pg_catalog to_regnamespace s f 1 internal f
4087 pg_catalog regnamespacerecv i f 1 internal f
4088 pg_catalog regnamespacesend i f 1 internal f
4091 pg_catalog box i f 1 internal f
4092 pg_catalog regroleout s f 1 internal f
4093 pg_catalog to_regrole s f 1 internal f
4094 pg_catalog regrolerecv i f 1 internal f
4095 pg_catalog regrolesend i f 1 internal f
4098 pg_catalog regrolein s f 1 internal f
4099 pg_catalog pg_numa_available s f 0 internal f
4100 pg_catalog pg_get_shmem_allocations_numa v f 0 internal f
4101 pg_catalog binary_upgrade_set_missing_value v f 3 internal f
4105 pg_catalog brin_inclusion_opcinfo i f 1 internal f
4106 pg_catalog brin_inclusion_add_value i f 4 internal f
4107 pg_catalog brin_inclusion_consistent i f 3 internal f
4108 pg_catalog brin_inclusion_union i f 3 internal f
4110 pg_catalog macaddr8_in i f 1 internal f
4111 pg_catalog macaddr8_out i f 1 internal f
4112 pg_catalog trunc i f 1 internal f
4113 pg_catalog macaddr8_eq i f 2 internal f
4114 pg_catalog macaddr8_lt i f 2 internal f
4115 pg_catalog macaddr8_le i f 2 internal f
4116 pg_catalog macaddr8_gt i f 2 internal f
4117 pg_catalog macaddr8_ge i f 2 internal f
4118 pg_catalog macaddr8_ne i f 2 internal f
4119 pg_catalog macaddr8_cmp i f 2 internal f
4120 pg_catalog macaddr8_not i f 1 internal f
4121 pg_catalog macaddr8_and i f 2 internal f
4122 pg_catalog macaddr8_or i f 2 internal f
4123 pg_catalog macaddr8 i f 1 internal f
4124 pg_catalog macaddr i f 1 internal f
4125 pg_catalog macaddr8_set7bit i f 1 internal f
4126 pg_catalog in_range i f 5 internal f
4127 pg_catalog in_range i f 5 internal f
4128 pg_catalog in_range i f 5 internal f
4129 pg_catalog in_range i f 5 internal f
4130 pg_catalog in_range i f 5 internal f
4131 pg_catalog in_range i f 5 internal f
4132 pg_catalog in_range i f 5 internal f
4133 pg_catalog in_range i f 5 internal f
4134 pg_catalog in_range i f 5 internal f
4135 pg_catalog in_range s f 5 internal f
4136 pg_catalog in_range i f 5 internal f
4137 pg_catalog in_range i f 5 internal f
4138 pg_catalog in_range i f 5 internal f
4139 pg_catalog in_range i f 5 internal f
4140 pg_catalog in_range i f 5 internal f
4141 pg_catalog in_range i f 5 internal f
4187 pg_catalog pg_lsn_larger i f 2 internal f
4188 pg_catalog pg_lsn_smaller i f 2 internal f
4189 pg_catalog max i a 1 internal f
4190 pg_catalog min i a 1 internal f
4193 pg_catalog regcollationin s f 1 internal f
4194 pg_catalog regcollationout s f 1 internal f
4195 pg_catalog to_regcollation s f 1 internal f
4196 pg_catalog regcollationrecv i f 1 internal f
4197 pg_catalog regcollationsend i f 1 internal f
4201 pg_catalog ts_headline i f 4 internal f
4202 pg_catalog ts_headline i f 3 internal f
4203 pg_catalog ts_headline s f 3 internal f
4204 pg_catalog ts_headline s f 2 internal f
4205 pg_catalog ts_headline i f 4 internal f
4206 pg_catalog ts_headline i f 3 internal f
4207 pg_catalog ts_headline s f 3 internal f
4208 pg_catalog ts_headline s f 2 internal f
4209 pg_catalog to_tsvector s f 1 internal f
4210 pg_catalog to_tsvector s f 1 internal f
4211 pg_catalog to_tsvector i f 2 internal f
4212 pg_catalog to_tsvector i f 2 internal f
4213 pg_catalog jsonb_to_tsvector s f 2 internal f
4214 pg_catalog jsonb_to_tsvector i f 3 internal f
4215 pg_catalog json_to_tsvector s f 2 internal f
4216 pg_catalog json_to_tsvector i f 3 internal f
4220 pg_catalog pg_copy_physical_replication_slot v f 3 internal f
4221 pg_catalog pg_copy_physical_replication_slot v f 2 internal f
4222 pg_catalog pg_copy_logical_replication_slot v f 4 internal f
4223 pg_catalog pg_copy_logical_replication_slot v f 3 internal f
4224 pg_catalog pg_copy_logical_replication_slot v f 2 internal f
4226 pg_catalog anycompatiblemultirange_in s f 3 internal f
4227 pg_catalog anycompatiblemultirange_out s f 1 internal f
4228 pg_catalog range_merge i f 1 internal f
4229 pg_catalog anymultirange_in s f 3 internal f
4230 pg_catalog anymultirange_out s f 1 internal f
4231 pg_catalog multirange_in s f 3 internal f
4232 pg_catalog multirange_out s f 1 internal f
4233 pg_catalog multirange_recv s f 3 internal f
4234 pg_catalog multirange_send s f 1 internal f
4235 pg_catalog lower i f 1 internal f
4236 pg_catalog upper i f 1 internal f
4237 pg_catalog isempty i f 1 internal f
4238 pg_catalog lower_inc i f 1 internal f
4239 pg_catalog upper_inc i f 1 internal f
4240 pg_catalog lower_inf i f 1 internal f
4241 pg_catalog upper_inf i f 1 internal f
4242 pg_catalog multirange_typanalyze s f 1 internal f
4243 pg_catalog multirangesel s f 4 internal f
4244 pg_catalog multirange_eq i f 2 internal f
4245 pg_catalog multirange_ne i f 2 internal f
4246 pg_catalog range_overlaps_multirange i f 2 internal f
4247 pg_catalog multirange_overlaps_range i f 2 internal f
4248 pg_catalog multirange_overlaps_multirange i f 2 internal f
4249 pg_catalog multirange_contains_elem i f 2 internal f
4250 pg_catalog multirange_contains_range i f 2 internal f
4251 pg_catalog multirange_contains_multirange i f 2 internal f
4252 pg_catalog elem_contained_by_multirange i f 2 internal f
4253 pg_catalog range_contained_by_multirange i f 2 internal f
4254 pg_catalog multirange_contained_by_multirange i f 2 internal f
4255 pg_catalog range_adjacent_multirange i f 2 internal f
4256 pg_catalog multirange_adjacent_multirange i f 2 internal f
4257 pg_catalog multirange_adjacent_range i f 2 internal f
4258 pg_catalog range_before_multirange i f 2 internal f
4259 pg_catalog multirange_before_range i f 2 internal f
4260 pg_catalog multirange_before_multirange i f 2 internal f
4261 pg_catalog range_after_multirange i f 2 internal f
4262 pg_catalog multirange_after_range i f 2 internal f
4263 pg_catalog multirange_after_multirange i f 2 internal f
4264 pg_catalog range_overleft_multirange i f 2 internal f
4265 pg_catalog multirange_overleft_range i f 2 internal f
4266 pg_catalog multirange_overleft_multirange i f 2 internal f
4267 pg_catalog range_overright_multirange i f 2 internal f
4268 pg_catalog multirange_overright_range i f 2 internal f
4269 pg_catalog multirange_overright_multirange i f 2 internal f
4270 pg_catalog multirange_union i f 2 internal f
4271 pg_catalog multirange_minus i f 2 internal f
4272 pg_catalog multirange_intersect i f 2 internal f
4273 pg_catalog multirange_cmp i f 2 internal f
4274 pg_catalog multirange_lt i f 2 internal f
4275 pg_catalog multirange_le i f 2 internal f
4276 pg_catalog multirange_ge i f 2 internal f
4277 pg_catalog multirange_gt i f 2 internal f
4278 pg_catalog hash_multirange i f 1 internal f
4279 pg_catalog hash_multirange_extended i f 2 internal f
4280 pg_catalog int4multirange i f 0 internal f
4281 pg_catalog int4multirange i f 1 internal f
4282 pg_catalog int4multirange i f 1 internal f
4283 pg_catalog nummultirange i f 0 internal f
4284 pg_catalog nummultirange i f 1 internal f
4285 pg_catalog nummultirange i f 1 internal f
4286 pg_catalog tsmultirange i f 0 internal f
4287 pg_catalog tsmultirange i f 1 internal f
4288 pg_catalog tsmultirange i f 1 internal f
4289 pg_catalog tstzmultirange i f 0 internal f
4290 pg_catalog tstzmultirange i f 1 internal f
4291 pg_catalog tstzmultirange i f 1 internal f
4292 pg_catalog datemultirange i f 0 internal f
4293 pg_catalog datemultirange i f 1 internal f
4294 pg_catalog datemultirange i f 1 internal f
4295 pg_catalog int8multirange i f 0 internal f
4296 pg_catalog int8multirange i f 1 internal f
4297 pg_catalog int8multirange i f 1 internal f
4298 pg_catalog multirange i f 1 internal f
4299 pg_catalog range_agg_transfn i f 2 internal f
4300 pg_catalog range_agg_finalfn i f 2 internal f
4301 pg_catalog range_agg i a 1 internal f
4302 pg_catalog koi8r_to_mic i f 6 c f
4303 pg_catalog mic_to_koi8r i f 6 c f
4304 pg_catalog iso_to_mic i f 6 c f
4305 pg_catalog mic_to_iso i f 6 c f
4306 pg_catalog win1251_to_mic i f 6 c f
4307 pg_catalog mic_to_win1251 i f 6 c f
4308 pg_catalog win866_to_mic i f 6 c f
4309 pg_catalog mic_to_win866 i f 6 c f
4310 pg_catalog koi8r_to_win1251 i f 6 c f
4311 pg_catalog win1251_to_koi8r i f 6 c f
4312 pg_catalog koi8r_to_win866 i f 6 c f
4313 pg_catalog win866_to_koi8r i f 6 c f
4314 pg_catalog win866_to_win1251 i f 6 c f
4315 pg_catalog win1251_to_win866 i f 6 c f
4316 pg_catalog iso_to_koi8r i f 6 c f
4317 pg_catalog koi8r_to_iso i f 6 c f
4318 pg_catalog iso_to_win1251 i f 6 c f
4319 pg_catalog win1251_to_iso i f 6 c f
4320 pg_catalog iso_to_win866 i f 6 c f
4321 pg_catalog win866_to_iso i f 6 c f
4322 pg_catalog euc_cn_to_mic i f 6 c f
4323 pg_catalog mic_to_euc_cn i f 6 c f
4324 pg_catalog euc_jp_to_sjis i f 6 c f
4325 pg_catalog sjis_to_euc_jp i f 6 c f
4326 pg_catalog euc_jp_to_mic i f 6 c f
4327 pg_catalog sjis_to_mic i f 6 c f
4328 pg_catalog mic_to_euc_jp i f 6 c f
4329 pg_catalog mic_to_sjis i f 6 c f
4330 pg_catalog euc_kr_to_mic i f 6 c f
4331 pg_catalog mic_to_euc_kr i f 6 c f
4332 pg_catalog euc_tw_to_big5 i f 6 c f
4333 pg_catalog big5_to_euc_tw i f 6 c f
4334 pg_catalog euc_tw_to_mic i f 6 c f
4335 pg_catalog big5_to_mic i f 6 c f
4336 pg_catalog mic_to_euc_tw i f 6 c f
4337 pg_catalog mic_to_big5 i f 6 c f
4338 pg_catalog latin2_to_mic i f 6 c f
4339 pg_catalog mic_to_latin2 i f 6 c f
4340 pg_catalog win1250_to_mic i f 6 c f
4341 pg_catalog mic_to_win1250 i f 6 c f
4342 pg_catalog latin2_to_win1250 i f 6 c f
4343 pg_catalog win1250_to_latin2 i f 6 c f
4344 pg_catalog latin1_to_mic i f 6 c f
4345 pg_catalog mic_to_latin1 i f 6 c f
4346 pg_catalog latin3_to_mic i f 6 c f
4347 pg_catalog mic_to_latin3 i f 6 c f
4348 pg_catalog latin4_to_mic i f 6 c f
4349 pg_catalog mic_to_latin4 i f 6 c f
4350 pg_catalog normalize i f 2 internal f
4351 pg_catalog is_normalized i f 2 internal f
4352 pg_catalog big5_to_utf8 i f 6 c f
4353 pg_catalog utf8_to_big5 i f 6 c f
4354 pg_catalog utf8_to_koi8r i f 6 c f
4355 pg_catalog koi8r_to_utf8 i f 6 c f
4356 pg_catalog utf8_to_koi8u i f 6 c f
4357 pg_catalog koi8u_to_utf8 i f 6 c f
4358 pg_catalog utf8_to_win i f 6 c f
4359 pg_catalog win_to_utf8 i f 6 c f
4360 pg_catalog euc_cn_to_utf8 i f 6 c f
4361 pg_catalog utf8_to_euc_cn i f 6 c f
4362 pg_catalog euc_jp_to_utf8 i f 6 c f
4363 pg_catalog utf8_to_euc_jp i f 6 c f
4364 pg_catalog euc_kr_to_utf8 i f 6 c f
4365 pg_catalog utf8_to_euc_kr i f 6 c f
4366 pg_catalog euc_tw_to_utf8 i f 6 c f
4367 pg_catalog utf8_to_euc_tw i f 6 c f
4368 pg_catalog gb18030_to_utf8 i f 6 c f
4369 pg_catalog utf8_to_gb18030 i f 6 c f
4370 pg_catalog gbk_to_utf8 i f 6 c f
4371 pg_catalog utf8_to_gbk i f 6 c f
4372 pg_catalog utf8_to_iso8859 i f 6 c f
4373 pg_catalog iso8859_to_utf8 i f 6 c f
4374 pg_catalog iso8859_1_to_utf8 i f 6 c f
4375 pg_catalog utf8_to_iso8859_1 i f 6 c f
4376 pg_catalog johab_to_utf8 i f 6 c f
4377 pg_catalog utf8_to_johab i f 6 c f
4378 pg_catalog sjis_to_utf8 i f 6 c f
4379 pg_catalog utf8_to_sjis i f 6 c f
4380 pg_catalog uhc_to_utf8 i f 6 c f
4381 pg_catalog utf8_to_uhc i f 6 c f
4382 pg_catalog euc_jis_2004_to_utf8 i f 6 c f
4383 pg_catalog utf8_to_euc_jis_2004 i f 6 c f
4384 pg_catalog shift_jis_2004_to_utf8 i f 6 c f
4385 pg_catalog utf8_to_shift_jis_2004 i f 6 c f
4386 pg_catalog euc_jis_2004_to_shift_jis_2004 i f 6 c f
4387 pg_catalog shift_jis_2004_to_euc_jis_2004 i f 6 c f
4388 pg_catalog multirange_intersect_agg_transfn i f 2 internal f
4389 pg_catalog range_intersect_agg i a 1 internal f
4390 pg_catalog binary_upgrade_set_next_multirange_pg_type_oid v f 1 internal f
4391 pg_catalog binary_upgrade_set_next_multirange_array_pg_type_oid v f 1 internal f
4401 pg_catalog range_intersect_agg_transfn i f 2 internal f
4450 pg_catalog range_intersect_agg i a 1 internal f
4541 pg_catalog range_contains_multirange i f 2 internal f
4542 pg_catalog multirange_contained_by_range i f 2 internal f
4543 pg_catalog pg_log_backend_memory_contexts v f 1 internal f
4545 pg_catalog binary_upgrade_set_next_heap_relfilenode v f 1 internal f
4546 pg_catalog binary_upgrade_set_next_index_relfilenode v f 1 internal f
4547 pg_catalog binary_upgrade_set_next_toast_relfilenode v f 1 internal f
4548 pg_catalog binary_upgrade_set_next_pg_tablespace_oid v f 1 internal f
4549 pg_catalog unicode_version i f 0 internal f
4566 pg_catalog pg_event_trigger_table_rewrite_oid s f 0 internal f
4567 pg_catalog pg_event_trigger_table_rewrite_reason s f 0 internal f
4568 pg_catalog pg_event_trigger_ddl_commands s f 0 internal f
4591 pg_catalog brin_bloom_opcinfo i f 1 internal f
4592 pg_catalog brin_bloom_add_value i f 4 internal f
4593 pg_catalog brin_bloom_consistent i f 4 internal f
4594 pg_catalog brin_bloom_union i f 3 internal f
4595 pg_catalog brin_bloom_options i f 1 internal f
4596 pg_catalog brin_bloom_summary_in i f 1 internal f
4597 pg_catalog brin_bloom_summary_out i f 1 internal f
4598 pg_catalog brin_bloom_summary_recv s f 1 internal f
4599 pg_catalog brin_bloom_summary_send s f 1 internal f
4616 pg_catalog brin_minmax_multi_opcinfo i f 1 internal f
4617 pg_catalog brin_minmax_multi_add_value i f 4 internal f
4618 pg_catalog brin_minmax_multi_consistent i f 4 internal f
4619 pg_catalog brin_minmax_multi_union i f 3 internal f
4620 pg_catalog brin_minmax_multi_options i f 1 internal f
4621 pg_catalog brin_minmax_multi_distance_int2 i f 2 internal f
4622 pg_catalog brin_minmax_multi_distance_int4 i f 2 internal f
4623 pg_catalog brin_minmax_multi_distance_int8 i f 2 internal f
4624 pg_catalog brin_minmax_multi_distance_float4 i f 2 internal f
4625 pg_catalog brin_minmax_multi_distance_float8 i f 2 internal f
4626 pg_catalog brin_minmax_multi_distance_numeric i f 2 internal f
4627 pg_catalog brin_minmax_multi_distance_tid i f 2 internal f
4628 pg_catalog brin_minmax_multi_distance_uuid i f 2 internal f
4629 pg_catalog brin_minmax_multi_distance_date i f 2 internal f
4630 pg_catalog brin_minmax_multi_distance_time i f 2 internal f
4631 pg_catalog brin_minmax_multi_distance_interval i f 2 internal f
4632 pg_catalog brin_minmax_multi_distance_timetz i f 2 internal f
4633 pg_catalog brin_minmax_multi_distance_pg_lsn i f 2 internal f
4634 pg_catalog brin_minmax_multi_distance_macaddr i f 2 internal f
4635 pg_catalog brin_minmax_multi_distance_macaddr8 i f 2 internal f
4636 pg_catalog brin_minmax_multi_distance_inet i f 2 internal f
4637 pg_catalog brin_minmax_multi_distance_timestamp i f 2 internal f
4638 pg_catalog brin_minmax_multi_summary_in i f 1 internal f
4639 pg_catalog brin_minmax_multi_summary_out i f 1 internal f
4640 pg_catalog brin_minmax_multi_summary_recv s f 1 internal f
4641 pg_catalog brin_minmax_multi_summary_send s f 1 internal f
5001 pg_catalog phraseto_tsquery s f 1 internal f
5003 pg_catalog tsquery_phrase i f 2 internal f
5004 pg_catalog tsquery_phrase i f 3 internal f
5006 pg_catalog phraseto_tsquery i f 2 internal f
5007 pg_catalog websearch_to_tsquery i f 2 internal f
5009 pg_catalog websearch_to_tsquery s f 1 internal f
5010 pg_catalog spg_bbox_quad_config i f 2 internal f
5011 pg_catalog spg_poly_quad_compress i f 1 internal f
5012 pg_catalog spg_box_quad_config i f 2 internal f
5013 pg_catalog spg_box_quad_choose i f 2 internal f
5014 pg_catalog spg_box_quad_picksplit i f 2 internal f
5015 pg_catalog spg_box_quad_inner_consistent i f 2 internal f
5016 pg_catalog spg_box_quad_leaf_consistent i f 2 internal f
5018 pg_catalog pg_mcv_list_in i f 1 internal f
5019 pg_catalog pg_mcv_list_out i f 1 internal f
5020 pg_catalog pg_mcv_list_recv s f 1 internal f
5021 pg_catalog pg_mcv_list_send s f 1 internal f
5022 pg_catalog pg_lsn_pli i f 2 internal f
5023 pg_catalog numeric_pl_pg_lsn i f 2 sql f
5024 pg_catalog pg_lsn_mii i f 2 internal f
5028 pg_catalog satisfies_hash_partition i f 4 internal f
5029 pg_catalog pg_ls_tmpdir v f 0 internal f
5030 pg_catalog pg_ls_tmpdir v f 1 internal f
5031 pg_catalog pg_ls_archive_statusdir v f 0 internal f
5033 pg_catalog network_sortsupport i f 1 internal f
5034 pg_catalog xid8lt i f 2 internal f
5035 pg_catalog xid8gt i f 2 internal f
5036 pg_catalog xid8le i f 2 internal f
5037 pg_catalog xid8ge i f 2 internal f
5040 pg_catalog matchingsel s f 4 internal f
5041 pg_catalog matchingjoinsel s f 5 internal f
5042 pg_catalog min_scale i f 1 internal f
5043 pg_catalog trim_scale i f 1 internal f
5044 pg_catalog gcd i f 2 internal f
5045 pg_catalog gcd i f 2 internal f
5046 pg_catalog lcm i f 2 internal f
5047 pg_catalog lcm i f 2 internal f
5048 pg_catalog gcd i f 2 internal f
5049 pg_catalog lcm i f 2 internal f
5050 pg_catalog btvarstrequalimage i f 1 internal f
5051 pg_catalog btequalimage i f 1 internal f
5052 pg_catalog pg_get_shmem_allocations v f 0 internal f
5053 pg_catalog pg_stat_get_ins_since_vacuum s f 1 internal f
5054 pg_catalog jsonb_set_lax i f 5 internal f
5055 pg_catalog pg_snapshot_in i f 1 internal f
5056 pg_catalog pg_snapshot_out i f 1 internal f
5057 pg_catalog pg_snapshot_recv i f 1 internal f
5058 pg_catalog pg_snapshot_send i f 1 internal f
5059 pg_catalog pg_current_xact_id s f 0 internal f
5060 pg_catalog pg_current_xact_id_if_assigned s f 0 internal f
5061 pg_catalog pg_current_snapshot s f 0 internal f
5062 pg_catalog pg_snapshot_xmin i f 1 internal f
5063 pg_catalog pg_snapshot_xmax i f 1 internal f
5064 pg_catalog pg_snapshot_xip i f 1 internal f
5065 pg_catalog pg_visible_in_snapshot i f 2 internal f
5066 pg_catalog pg_xact_status v f 1 internal f
5070 pg_catalog xid8in i f 1 internal f
5071 pg_catalog xid i f 1 internal f
5081 pg_catalog xid8out i f 1 internal f
5082 pg_catalog xid8recv i f 1 internal f
5083 pg_catalog xid8send i f 1 internal f
5084 pg_catalog xid8eq i f 2 internal f
5085 pg_catalog xid8ne i f 2 internal f
5086 pg_catalog anycompatible_in i f 1 internal f
5087 pg_catalog anycompatible_out i f 1 internal f
5088 pg_catalog anycompatiblearray_in i f 1 internal f
5089 pg_catalog anycompatiblearray_out s f 1 internal f
5090 pg_catalog anycompatiblearray_recv s f 1 internal f
5091 pg_catalog anycompatiblearray_send s f 1 internal f
5092 pg_catalog anycompatiblenonarray_in i f 1 internal f
5093 pg_catalog anycompatiblenonarray_out i f 1 internal f
5094 pg_catalog anycompatiblerange_in s f 3 internal f
5095 pg_catalog anycompatiblerange_out s f 1 internal f
5096 pg_catalog xid8cmp i f 2 internal f
5097 pg_catalog xid8_larger i f 2 internal f
5098 pg_catalog xid8_smaller i f 2 internal f
5099 pg_catalog max i a 1 internal f
5100 pg_catalog min i a 1 internal f
6003 pg_catalog pg_replication_origin_create v f 1 internal f
6004 pg_catalog pg_replication_origin_drop v f 1 internal f
6005 pg_catalog pg_replication_origin_oid s f 1 internal f
6006 pg_catalog pg_replication_origin_session_setup v f 1 internal f
6007 pg_catalog pg_replication_origin_session_reset v f 0 internal f
6008 pg_catalog pg_replication_origin_session_is_setup v f 0 internal f
6009 pg_catalog pg_replication_origin_session_progress v f 1 internal f
6010 pg_catalog pg_replication_origin_xact_setup v f 2 internal f
6011 pg_catalog pg_replication_origin_xact_reset v f 0 internal f
6012 pg_catalog pg_replication_origin_advance v f 2 internal f
6013 pg_catalog pg_replication_origin_progress v f 2 internal f
6014 pg_catalog pg_show_replication_origin_status v f 0 internal f
6098 pg_catalog jsonb_subscript_handler i f 1 internal f
6099 pg_catalog icu_unicode_version i f 0 internal f
6103 pg_catalog pg_lsn i f 1 internal f
6105 pg_catalog unicode_assigned i f 1 internal f
6107 pg_catalog pg_stat_get_backend_subxact s f 1 internal f
6118 pg_catalog pg_stat_get_subscription s f 1 internal f
6119 pg_catalog pg_get_publication_tables s f 1 internal f
6120 pg_catalog pg_get_replica_identity_index s f 1 internal f
6121 pg_catalog pg_relation_is_publishable s f 1 internal f
6154 pg_catalog multirange_gist_consistent i f 5 internal f
6156 pg_catalog multirange_gist_compress i f 1 internal f
6159 pg_catalog pg_get_catalog_foreign_keys s f 0 internal f
6160 pg_catalog string_to_table i f 2 internal f
6161 pg_catalog string_to_table i f 3 internal f
6162 pg_catalog bit_count i f 1 internal f
6163 pg_catalog bit_count i f 1 internal f
6164 pg_catalog bit_xor i a 1 internal f
6165 pg_catalog bit_xor i a 1 internal f
6166 pg_catalog bit_xor i a 1 internal f
6167 pg_catalog bit_xor i a 1 internal f
6168 pg_catalog pg_xact_commit_timestamp_origin v f 1 internal f
6169 pg_catalog pg_stat_get_replication_slot s f 1 internal f
6170 pg_catalog pg_stat_reset_replication_slot v f 1 internal f
6172 pg_catalog trim_array i f 2 internal f
6173 pg_catalog pg_get_statisticsobjdef_expressions s f 1 internal f
6174 pg_catalog pg_get_statisticsobjdef_columns s f 1 internal f
6177 pg_catalog date_bin i f 3 internal f
6178 pg_catalog date_bin i f 3 internal f
6179 pg_catalog array_subscript_handler i f 1 internal f
6180 pg_catalog raw_array_subscript_handler i f 1 internal f
6183 pg_catalog ts_debug s f 2 sql f
6184 pg_catalog ts_debug s f 1 sql f
6185 pg_catalog pg_stat_get_db_session_time s f 1 internal f
6186 pg_catalog pg_stat_get_db_active_time s f 1 internal f
6187 pg_catalog pg_stat_get_db_idle_in_transaction_time s f 1 internal f
6188 pg_catalog pg_stat_get_db_sessions s f 1 internal f
6189 pg_catalog pg_stat_get_db_sessions_abandoned s f 1 internal f
6190 pg_catalog pg_stat_get_db_sessions_fatal s f 1 internal f
6191 pg_catalog pg_stat_get_db_sessions_killed s f 1 internal f
6192 pg_catalog hash_record i f 1 internal f
6193 pg_catalog hash_record_extended i f 2 internal f
6195 pg_catalog ltrim i f 2 internal f
6196 pg_catalog rtrim i f 2 internal f
6197 pg_catalog pg_get_function_sqlbody s f 1 internal f
6198 pg_catalog unistr i f 1 internal f
6199 pg_catalog extract i f 2 internal f
6200 pg_catalog extract i f 2 internal f
6201 pg_catalog extract i f 2 internal f
6202 pg_catalog extract i f 2 internal f
6203 pg_catalog extract s f 2 internal f
6204 pg_catalog extract i f 2 internal f
6205 pg_catalog has_parameter_privilege s f 3 internal f
6206 pg_catalog has_parameter_privilege s f 3 internal f
6207 pg_catalog has_parameter_privilege s f 2 internal f
6208 pg_catalog pg_read_file v f 2 internal f
6209 pg_catalog pg_read_binary_file v f 2 internal f
6210 pg_catalog pg_input_is_valid s f 2 internal f
6211 pg_catalog pg_input_error_info s f 2 internal f
6212 pg_catalog random_normal v f 2 internal f
6213 pg_catalog pg_split_walfile_name s f 1 internal f
6214 pg_catalog pg_stat_get_io v f 0 internal f
6215 pg_catalog array_shuffle v f 1 internal f
6216 pg_catalog array_sample v f 2 internal f
6217 pg_catalog pg_stat_get_tuples_newpage_updated s f 1 internal f
6218 pg_catalog pg_stat_get_xact_tuples_newpage_updated v f 1 internal f
6219 pg_catalog erf i f 1 internal f
6220 pg_catalog erfc i f 1 internal f
6221 pg_catalog date_add s f 2 internal f
6222 pg_catalog date_add i f 3 internal f
6223 pg_catalog date_subtract s f 2 internal f
6224 pg_catalog pg_get_wal_resource_managers v f 0 internal f
6225 pg_catalog multirange_agg_transfn i f 2 internal f
6226 pg_catalog multirange_agg_finalfn i f 2 internal f
6227 pg_catalog range_agg i a 1 internal f
6230 pg_catalog pg_stat_have_stats v f 3 internal f
6231 pg_catalog pg_stat_get_subscription_stats s f 1 internal f
6232 pg_catalog pg_stat_reset_subscription_stats v f 1 internal f
6233 pg_catalog window_row_number_support i f 1 internal f
6234 pg_catalog window_rank_support i f 1 internal f
6235 pg_catalog window_dense_rank_support i f 1 internal f
6236 pg_catalog int8inc_support i f 1 internal f
6240 pg_catalog pg_settings_get_flags s f 1 internal f
6241 pg_catalog pg_stop_making_pinned_objects v f 0 internal f
6242 pg_catalog text_starts_with_support i f 1 internal f
6248 pg_catalog pg_stat_get_recovery_prefetch v f 0 internal f
6249 pg_catalog pg_database_collation_actual_version v f 1 internal f
6250 pg_catalog pg_ident_file_mappings v f 0 internal f
6251 pg_catalog regexp_replace i f 6 internal f
6252 pg_catalog regexp_replace i f 5 internal f
6253 pg_catalog regexp_replace i f 4 internal f
6254 pg_catalog regexp_count i f 2 internal f
6255 pg_catalog regexp_count i f 3 internal f
6256 pg_catalog regexp_count i f 4 internal f
6257 pg_catalog regexp_instr i f 2 internal f
6258 pg_catalog regexp_instr i f 3 internal f
6259 pg_catalog regexp_instr i f 4 internal f
6260 pg_catalog regexp_instr i f 5 internal f
6261 pg_catalog regexp_instr i f 6 internal f
6262 pg_catalog regexp_instr i f 7 internal f
6263 pg_catalog regexp_like i f 2 internal f
6264 pg_catalog regexp_like i f 3 internal f
6265 pg_catalog regexp_substr i f 2 internal f
6266 pg_catalog regexp_substr i f 3 internal f
6267 pg_catalog regexp_substr i f 4 internal f
6268 pg_catalog regexp_substr i f 5 internal f
6269 pg_catalog regexp_substr i f 6 internal f
6270 pg_catalog pg_ls_logicalsnapdir v f 0 internal f
6271 pg_catalog pg_ls_logicalmapdir v f 0 internal f
6272 pg_catalog pg_ls_replslotdir v f 1 internal f
6273 pg_catalog date_subtract i f 3 internal f
6274 pg_catalog generate_series i f 4 internal f
6275 pg_catalog json_agg_strict_transfn s f 2 internal f
6276 pg_catalog json_agg_strict s a 1 internal f
6277 pg_catalog json_object_agg_strict_transfn s f 3 internal f
6278 pg_catalog json_object_agg_unique_transfn s f 3 internal f
6279 pg_catalog json_object_agg_unique_strict_transfn s f 3 internal f
6280 pg_catalog json_object_agg_strict s a 2 internal f
6281 pg_catalog json_object_agg_unique s a 2 internal f
6282 pg_catalog json_object_agg_unique_strict s a 2 internal f
6283 pg_catalog jsonb_agg_strict_transfn s f 2 internal f
6284 pg_catalog jsonb_agg_strict s a 1 internal f
6285 pg_catalog jsonb_object_agg_strict_transfn s f 3 internal f
6286 pg_catalog jsonb_object_agg_unique_transfn s f 3 internal f
6287 pg_catalog jsonb_object_agg_unique_strict_transfn s f 3 internal f
6288 pg_catalog jsonb_object_agg_strict i a 2 internal f
6289 pg_catalog jsonb_object_agg_unique i a 2 internal f
6290 pg_catalog jsonb_object_agg_unique_strict i a 2 internal f
6291 pg_catalog any_value i a 1 internal f
6292 pg_catalog any_value_transfn i f 2 internal f
6293 pg_catalog array_agg_combine i f 2 internal f
6294 pg_catalog array_agg_serialize i f 1 internal f
6295 pg_catalog array_agg_deserialize i f 2 internal f
6296 pg_catalog array_agg_array_combine i f 2 internal f
6297 pg_catalog array_agg_array_serialize i f 1 internal f
6298 pg_catalog array_agg_array_deserialize i f 2 internal f
6299 pg_catalog string_agg_combine i f 2 internal f
6300 pg_catalog string_agg_serialize i f 1 internal f
6301 pg_catalog string_agg_deserialize i f 2 internal f
6305 pg_catalog pg_log_standby_snapshot v f 0 internal f
6306 pg_catalog window_percent_rank_support i f 1 internal f
6307 pg_catalog window_cume_dist_support i f 1 internal f
6308 pg_catalog window_ntile_support i f 1 internal f
6309 pg_catalog pg_stat_get_db_conflict_logicalslot s f 1 internal f
6310 pg_catalog pg_stat_get_lastscan s f 1 internal f
6311 pg_catalog system_user s f 0 internal f
6312 pg_catalog binary_upgrade_logical_slot_has_caught_up v f 1 internal f
6313 pg_catalog pg_stat_get_backend_wal v f 1 internal f
6314 pg_catalog pg_stat_get_checkpointer_stat_reset_time s f 0 internal f
6315 pg_catalog pg_basetype s f 1 internal f
6316 pg_catalog pg_column_toast_chunk_id s f 1 internal f
6317 pg_catalog to_regtypemod s f 1 internal f
6318 pg_catalog pg_get_wait_events v f 0 internal f
6319 pg_catalog binary_upgrade_add_sub_rel_state v f 4 internal f
6320 pg_catalog binary_upgrade_replorigin_advance v f 2 internal f
6321 pg_catalog pg_available_wal_summaries v f 0 internal f
6322 pg_catalog pg_wal_summary_contents v f 3 internal f
6323 pg_catalog pg_get_wal_summarizer_state v f 0 internal f
6324 pg_catalog interval_avg_serialize i f 1 internal f
6325 pg_catalog interval_avg_deserialize i f 2 internal f
6326 pg_catalog interval_sum i f 1 internal f
6327 pg_catalog pg_stat_get_checkpointer_restartpoints_timed s f 0 internal f
6328 pg_catalog pg_stat_get_checkpointer_restartpoints_requested s f 0 internal f
6329 pg_catalog pg_stat_get_checkpointer_restartpoints_performed s f 0 internal f
6330 pg_catalog to_bin i f 1 internal f
6331 pg_catalog to_bin i f 1 internal f
6332 pg_catalog to_oct i f 1 internal f
6333 pg_catalog to_oct i f 1 internal f
6334 pg_catalog timezone s f 1 internal f
6335 pg_catalog timezone s f 1 internal f
6336 pg_catalog timezone s f 1 internal f
6338 pg_catalog jsonb_populate_record_valid s f 2 internal f
6339 pg_catalog random v f 2 internal f
6340 pg_catalog random v f 2 internal f
6341 pg_catalog random v f 2 internal f
6342 pg_catalog uuid_extract_timestamp i f 1 internal f
6343 pg_catalog uuid_extract_version i f 1 internal f
6344 pg_catalog pg_sync_replication_slots v f 0 internal f
6345 pg_catalog range_contains_elem_support i f 1 internal f
6346 pg_catalog elem_contained_by_range_support i f 1 internal f
6347 pg_catalog gist_translate_cmptype_common i f 1 internal f
6348 pg_catalog has_largeobject_privilege s f 3 internal f
6349 pg_catalog has_largeobject_privilege s f 2 internal f
6350 pg_catalog has_largeobject_privilege s f 3 internal f
6353 pg_catalog pg_get_loaded_modules v f 0 internal f
6354 pg_catalog generate_series_timestamp_support i f 1 internal f
6355 pg_catalog pg_stat_get_db_parallel_workers_to_launch s f 1 internal f
6356 pg_catalog pg_stat_get_db_parallel_workers_launched s f 1 internal f
6357 pg_catalog generate_series_numeric_support i f 1 internal f
6358 pg_catalog pg_stat_get_total_vacuum_time s f 1 internal f
6359 pg_catalog pg_stat_get_total_autovacuum_time s f 1 internal f
6360 pg_catalog pg_stat_get_total_analyze_time s f 1 internal f
6361 pg_catalog pg_stat_get_total_autoanalyze_time s f 1 internal f
6362 pg_catalog pg_restore_relation_stats v f 1 internal f
6363 pg_catalog pg_restore_attribute_stats v f 1 internal f
6364 pg_catalog crc32 i f 1 internal f
6365 pg_catalog crc32c i f 1 internal f
6366 pg_catalog pg_stat_get_checkpointer_slru_written s f 0 internal f
6367 pg_catalog bytea i f 1 internal f
6368 pg_catalog bytea i f 1 internal f
6369 pg_catalog bytea i f 1 internal f
6370 pg_catalog int2 i f 1 internal f
6371 pg_catalog int4 i f 1 internal f
6372 pg_catalog int8 i f 1 internal f
6373 pg_catalog max i a 1 internal f
6374 pg_catalog min i a 1 internal f
6375 pg_catalog record_larger i f 2 internal f
6376 pg_catalog record_smaller i f 2 internal f
6377 pg_catalog pg_stat_get_checkpointer_num_performed s f 0 internal f
6378 pg_catalog array_append_support i f 1 internal f
6379 pg_catalog array_prepend_support i f 1 internal f
6380 pg_catalog array_subscript_handler_support i f 1 internal f
6381 pg_catalog array_reverse i f 1 internal f
6382 pg_catalog reverse i f 1 internal f
6383 pg_catalog gamma i f 1 internal f
6384 pg_catalog lgamma i f 1 internal f
6385 pg_catalog pg_get_acl s f 3 internal f
6386 pg_catalog pg_stat_get_backend_io v f 1 internal f
6387 pg_catalog pg_stat_reset_backend_stats v f 1 internal f
6388 pg_catalog array_sort i f 1 internal f
6389 pg_catalog array_sort i f 2 internal f
6390 pg_catalog array_sort i f 3 internal f
6391 pg_catalog range_sortsupport i f 1 internal f
6393 pg_catalog bytea_larger i f 2 internal f
6394 pg_catalog bytea_smaller i f 2 internal f
6395 pg_catalog max i a 1 internal f
6396 pg_catalog min i a 1 internal f
6397 pg_catalog pg_clear_relation_stats v f 2 internal f
6398 pg_catalog pg_clear_attribute_stats v f 4 internal f
6399 pg_catalog pg_get_aios v f 0 internal f
6400 pg_catalog pg_ls_summariesdir v f 0 internal f
6401 pg_catalog pg_timezone_abbrevs_zone s f 0 internal f
6402 pg_catalog btint2skipsupport i f 1 internal f
6403 pg_catalog btint4skipsupport i f 1 internal f
6404 pg_catalog btint8skipsupport i f 1 internal f
6405 pg_catalog btoidskipsupport i f 1 internal f
6406 pg_catalog btcharskipsupport i f 1 internal f
6407 pg_catalog date_skipsupport i f 1 internal f
6408 pg_catalog btboolskipsupport i f 1 internal f
6409 pg_catalog timestamp_skipsupport i f 1 internal f
6410 pg_catalog uuid_skipsupport i f 1 internal f
6412 pg_catalog casefold i f 1 internal f
6413 pg_catalog hashbytea i f 1 internal f
6414 pg_catalog hashbyteaextended i f 2 internal f
6415 pg_catalog hashdate i f 1 internal f
6416 pg_catalog hashdateextended i f 2 internal f
6417 pg_catalog hashbool i f 1 internal f
6418 pg_catalog hashboolextended i f 2 internal f
6419 pg_catalog hashxid i f 1 internal f
6420 pg_catalog hashxidextended i f 2 internal f
6421 pg_catalog hashxid8 i f 1 internal f
6422 pg_catalog hashxid8extended i f 2 internal f
6423 pg_catalog hashcid i f 1 internal f
6424 pg_catalog hashcidextended i f 2 internal f
6425 pg_catalog timestamptz_hash i f 1 internal f
6426 pg_catalog timestamptz_hash_extended i f 2 internal f
6427 pg_catalog pg_get_sequence_data v f 1 internal f
6428 pg_catalog uuidv4 v f 0 internal f
6429 pg_catalog uuidv7 v f 0 internal f
6430 pg_catalog uuidv7 v f 1 internal f
13083 pg_catalog dsnowball_init v f 1 c f
13084 pg_catalog dsnowball_lexize v f 4 c f
13145 information_schema _pg_expandarray i f 1 sql f
13146 information_schema _pg_index_position s f 2 sql f
13147 information_schema _pg_truetypid i f 2 sql f
13148 information_schema _pg_truetypmod i f 2 sql f
13149 information_schema _pg_char_max_length i f 2 sql f
13150 information_schema _pg_char_octet_length i f 2 sql f
13152 information_schema _pg_numeric_precision i f 2 sql f
13153 information_schema _pg_numeric_precision_radix i f 2 sql f
13154 information_schema _pg_numeric_scale i f 2 sql f
13155 information_schema _pg_datetime_precision i f 2 sql f
13156 information_schema _pg_interval_type i f 2 sql f
13495 pg_catalog plpgsql_call_handler v f 0 c f
13496 pg_catalog plpgsql_inline_handler v f 1 c f
13497 pg_catalog plpgsql_validator v f 1 c f
@types oid schema name kind element
16 pg_catalog bool b 0
17 pg_catalog bytea b 0
18 pg_catalog char b 0
19 pg_catalog name b 18
20 pg_catalog int8 b 0
21 pg_catalog int2 b 0
22 pg_catalog int2vector b 21
23 pg_catalog int4 b 0
24 pg_catalog regproc b 0
25 pg_catalog text b 0
26 pg_catalog oid b 0
27 pg_catalog tid b 0
28 pg_catalog xid b 0
29 pg_catalog cid b 0
30 pg_catalog oidvector b 26
32 pg_catalog pg_ddl_command p 0
71 pg_catalog pg_type c 0
75 pg_catalog pg_attribute c 0
81 pg_catalog pg_proc c 0
83 pg_catalog pg_class c 0
114 pg_catalog json b 0
142 pg_catalog xml b 0
143 pg_catalog _xml b 142
194 pg_catalog pg_node_tree b 0
199 pg_catalog _json b 114
210 pg_catalog _pg_type b 71
269 pg_catalog table_am_handler p 0
270 pg_catalog _pg_attribute b 75
271 pg_catalog _xid8 b 5069
272 pg_catalog _pg_proc b 81
273 pg_catalog _pg_class b 83
325 pg_catalog index_am_handler p 0
600 pg_catalog point b 701
601 pg_catalog lseg b 600
602 pg_catalog path b 0
603 pg_catalog box b 600
604 pg_catalog polygon b 0
628 pg_catalog line b 701
629 pg_catalog _line b 628
650 pg_catalog cidr b 0
651 pg_catalog _cidr b 650
700 pg_catalog float4 b 0
701 pg_catalog float8 b 0
705 pg_catalog unknown p 0
718 pg_catalog circle b 0
719 pg_catalog _circle b 718
774 pg_catalog macaddr8 b 0
775 pg_catalog _macaddr8 b 774
790 pg_catalog money b 0
791 pg_catalog _money b 790
829 pg_catalog macaddr b 0
869 pg_catalog inet b 0
1000 pg_catalog _bool b 16
1001 pg_catalog _bytea b 17
1002 pg_catalog _char b 18
1003 pg_catalog _name b 19
1005 pg_catalog _int2 b 21
1006 pg_catalog _int2vector b 22
1007 pg_catalog _int4 b 23
1008 pg_catalog _regproc b 24
1009 pg_catalog _text b 25
1010 pg_catalog _tid b 27
1011 pg_catalog _xid b 28
1012 pg_catalog _cid b 29
1013 pg_catalog _oidvector b 30
1014 pg_catalog _bpchar b 1042
1015 pg_catalog _varchar b 1043
1016 pg_catalog _int8 b 20
1017 pg_catalog _point b 600
1018 pg_catalog _lseg b 601
1019 pg_catalog _path b 602
1020 pg_catalog _box b 603
1021 pg_catalog _float4 b 700
1022 pg_catalog _float8 b 701
1027 pg_catalog _polygon b 604
1028 pg_catalog _oid b 26
1033 pg_catalog aclitem b 0
1034 pg_catalog _aclitem b 1033
1040 pg_catalog _macaddr b 829
1041 pg_catalog _inet b 869
1042 pg_catalog bpchar b 0
1043 pg_catalog varchar b 0
1082 pg_catalog date b 0
1083 pg_catalog time b 0
1114 pg_catalog timestamp b 0
1115 pg_catalog _timestamp b 1114
1182 pg_catalog _date b 1082
1183 pg_catalog _time b 1083
1184 pg_catalog timestamptz b 0
1185 pg_catalog _timestamptz b 1184
1186 pg_catalog interval b 0
1187 pg_catalog _interval b 1186
1231 pg_catalog _numeric b 1700
1248 pg_catalog pg_database c 0
1263 pg_catalog _cstring b 2275
1266 pg_catalog timetz b 0
1270 pg_catalog _timetz b 1266
1560 pg_catalog bit b 0
1561 pg_catalog _bit b 1560
1562 pg_catalog varbit b 0
1563 pg_catalog _varbit b 1562
1700 pg_catalog numeric b 0
1790 pg_catalog refcursor b 0
2201 pg_catalog _refcursor b 1790
2202 pg_catalog regprocedure b 0
2203 pg_catalog regoper b 0
2204 pg_catalog regoperator b 0
2205 pg_catalog regclass b 0
2206 pg_catalog regtype b 0
2207 pg_catalog _regprocedure b 2202
2208 pg_catalog _regoper b 2203
2209 pg_catalog _regoperator b 2204
2210 pg_catalog _regclass b 2205
2211 pg_catalog _regtype b 2206
2249 pg_catalog record p 0
2275 pg_catalog cstring p 0
2276 pg_catalog any p 0
2277 pg_catalog anyarray p 0
2278 pg_catalog void p 0
2279 pg_catalog trigger p 0
2280 pg_catalog language_handler p 0
2281 pg_catalog internal p 0
2283 pg_catalog anyelement p 0
2287 pg_catalog _record p 2249
2776 pg_catalog anynonarray p 0
2842 pg_catalog pg_authid c 0
2843 pg_catalog pg_auth_members c 0
2949 pg_catalog _txid_snapshot b 2970
2950 pg_catalog uuid b 0
2951 pg_catalog _uuid b 2950
2970 pg_catalog txid_snapshot b 0
3115 pg_catalog fdw_handler p 0
3220 pg_catalog pg_lsn b 0
3221 pg_catalog _pg_lsn b 3220
3310 pg_catalog tsm_handler p 0
3361 pg_catalog pg_ndistinct b 0
3402 pg_catalog pg_dependencies b 0
3500 pg_catalog anyenum p 0
3614 pg_catalog tsvector b 0
3615 pg_catalog tsquery b 0
3642 pg_catalog gtsvector b 0
3643 pg_catalog _tsvector b 3614
3644 pg_catalog _gtsvector b 3642
3645 pg_catalog _tsquery b 3615
3734 pg_catalog regconfig b 0
3735 pg_catalog _regconfig b 3734
3769 pg_catalog regdictionary b 0
3770 pg_catalog _regdictionary b 3769
3802 pg_catalog jsonb b 0
3807 pg_catalog _jsonb b 3802
3831 pg_catalog anyrange p 0
3838 pg_catalog event_trigger p 0
3904 pg_catalog int4range r 0
3905 pg_catalog _int4range b 3904
3906 pg_catalog numrange r 0
3907 pg_catalog _numrange b 3906
3908 pg_catalog tsrange r 0
3909 pg_catalog _tsrange b 3908
3910 pg_catalog tstzrange r 0
3911 pg_catalog _tstzrange b 3910
3912 pg_catalog daterange r 0
3913 pg_catalog _daterange b 3912
3926 pg_catalog int8range r 0
3927 pg_catalog _int8range b 3926
4066 pg_catalog pg_shseclabel c 0
4072 pg_catalog jsonpath b 0
4073 pg_catalog _jsonpath b 4072
4089 pg_catalog regnamespace b 0
4090 pg_catalog _regnamespace b 4089
4096 pg_catalog regrole b 0
4097 pg_catalog _regrole b 4096
4191 pg_catalog regcollation b 0
4192 pg_catalog _regcollation b 4191
4451 pg_catalog int4multirange m 0
4532 pg_catalog nummultirange m 0
4533 pg_catalog tsmultirange m 0
4534 pg_catalog tstzmultirange m 0
4535 pg_catalog datemultirange m 0
4536 pg_catalog int8multirange m 0
4537 pg_catalog anymultirange p 0
4538 pg_catalog anycompatiblemultirange p 0
4600 pg_catalog pg_brin_bloom_summary b 0
4601 pg_catalog pg_brin_minmax_multi_summary b 0
5017 pg_catalog pg_mcv_list b 0
5038 pg_catalog pg_snapshot b 0
5039 pg_catalog _pg_snapshot b 5038
5069 pg_catalog xid8 b 0
5077 pg_catalog anycompatible p 0
5078 pg_catalog anycompatiblearray p 0
5079 pg_catalog anycompatiblenonarray p 0
5080 pg_catalog anycompatiblerange p 0
6101 pg_catalog pg_subscription c 0
6150 pg_catalog _int4multirange b 4451
6151 pg_catalog _nummultirange b 4532
6152 pg_catalog _tsmultirange b 4533
6153 pg_catalog _tstzmultirange b 4534
6155 pg_catalog _datemultirange b 4535
6157 pg_catalog _int8multirange b 4536
10000 pg_catalog _pg_attrdef b 10001
10001 pg_catalog pg_attrdef c 0
10002 pg_catalog _pg_constraint b 10003
10003 pg_catalog pg_constraint c 0
10004 pg_catalog _pg_inherits b 10005
10005 pg_catalog pg_inherits c 0
10006 pg_catalog _pg_index b 10007
10007 pg_catalog pg_index c 0
10008 pg_catalog _pg_operator b 10009
10009 pg_catalog pg_operator c 0
10010 pg_catalog _pg_opfamily b 10011
10011 pg_catalog pg_opfamily c 0
10012 pg_catalog _pg_opclass b 10013
10013 pg_catalog pg_opclass c 0
10014 pg_catalog _pg_am b 10015
10015 pg_catalog pg_am c 0
10016 pg_catalog _pg_amop b 10017
10017 pg_catalog pg_amop c 0
10018 pg_catalog _pg_amproc b 10019
10019 pg_catalog pg_amproc c 0
10020 pg_catalog _pg_language b 10021
10021 pg_catalog pg_language c 0
10022 pg_catalog _pg_largeobject_metadata b 10023
10023 pg_catalog pg_largeobject_metadata c 0
10024 pg_catalog _pg_largeobject b 10025
10025 pg_catalog pg_largeobject c 0
10026 pg_catalog _pg_aggregate b 10027
10027 pg_catalog pg_aggregate c 0
10028 pg_catalog _pg_statistic b 10029
10029 pg_catalog pg_statistic c 0
10030 pg_catalog _pg_statistic_ext b 10031
10031 pg_catalog pg_statistic_ext c 0
10032 pg_catalog _pg_statistic_ext_data b 10033
10033 pg_catalog pg_statistic_ext_data c 0
10034 pg_catalog _pg_rewrite b 10035
10035 pg_catalog pg_rewrite c 0
10036 pg_catalog _pg_trigger b 10037
10037 pg_catalog pg_trigger c 0
10038 pg_catalog _pg_event_trigger b 10039
10039 pg_catalog pg_event_trigger c 0
10040 pg_catalog _pg_description b 10041
10041 pg_catalog pg_description c 0
10042 pg_catalog _pg_cast b 10043
10043 pg_catalog pg_cast c 0
10044 pg_catalog _pg_enum b 10045
10045 pg_catalog pg_enum c 0
10046 pg_catalog _pg_namespace b 10047
10047 pg_catalog pg_namespace c 0
10048 pg_catalog _pg_conversion b 10049
10049 pg_catalog pg_conversion c 0
10050 pg_catalog _pg_depend b 10051
10051 pg_catalog pg_depend c 0
10052 pg_catalog _pg_database b 1248
10053 pg_catalog _pg_db_role_setting b 10054
10054 pg_catalog pg_db_role_setting c 0
10055 pg_catalog _pg_tablespace b 10056
10056 pg_catalog pg_tablespace c 0
10057 pg_catalog _pg_authid b 2842
10058 pg_catalog _pg_auth_members b 2843
10059 pg_catalog _pg_shdepend b 10060
10060 pg_catalog pg_shdepend c 0
10061 pg_catalog _pg_shdescription b 10062
10062 pg_catalog pg_shdescription c 0
10063 pg_catalog _pg_ts_config b 10064
10064 pg_catalog pg_ts_config c 0
10065 pg_catalog _pg_ts_config_map b 10066
10066 pg_catalog pg_ts_config_map c 0
10067 pg_catalog _pg_ts_dict b 10068
10068 pg_catalog pg_ts_dict c 0
10069 pg_catalog _pg_ts_parser b 10070
10070 pg_catalog pg_ts_parser c 0
10071 pg_catalog _pg_ts_template b 10072
10072 pg_catalog pg_ts_template c 0
10073 pg_catalog _pg_extension b 10074
10074 pg_catalog pg_extension c 0
10075 pg_catalog _pg_foreign_data_wrapper b 10076
10076 pg_catalog pg_foreign_data_wrapper c 0
10077 pg_catalog _pg_foreign_server b 10078
10078 pg_catalog pg_foreign_server c 0
10079 pg_catalog _pg_user_mapping b 10080
10080 pg_catalog pg_user_mapping c 0
10081 pg_catalog _pg_foreign_table b 10082
10082 pg_catalog pg_foreign_table c 0
10083 pg_catalog _pg_policy b 10084
10084 pg_catalog pg_policy c 0
10085 pg_catalog _pg_replication_origin b 10086
10086 pg_catalog pg_replication_origin c 0
10087 pg_catalog _pg_default_acl b 10088
10088 pg_catalog pg_default_acl c 0
10089 pg_catalog _pg_init_privs b 10090
10090 pg_catalog pg_init_privs c 0
10091 pg_catalog _pg_seclabel b 10092
10092 pg_catalog pg_seclabel c 0
10093 pg_catalog _pg_shseclabel b 4066
10094 pg_catalog _pg_collation b 10095
10095 pg_catalog pg_collation c 0
10096 pg_catalog _pg_parameter_acl b 10097
10097 pg_catalog pg_parameter_acl c 0
10098 pg_catalog _pg_partitioned_table b 10099
10099 pg_catalog pg_partitioned_table c 0
10100 pg_catalog _pg_range b 10101
10101 pg_catalog pg_range c 0
10102 pg_catalog _pg_transform b 10103
10103 pg_catalog pg_transform c 0
10104 pg_catalog _pg_sequence b 10105
10105 pg_catalog pg_sequence c 0
10106 pg_catalog _pg_publication b 10107
10107 pg_catalog pg_publication c 0
10108 pg_catalog _pg_publication_namespace b 10109
10109 pg_catalog pg_publication_namespace c 0
10110 pg_catalog _pg_publication_rel b 10111
10111 pg_catalog pg_publication_rel c 0
10112 pg_catalog _pg_subscription b 6101
10113 pg_catalog _pg_subscription_rel b 10114
10114 pg_catalog pg_subscription_rel c 0
12001 pg_catalog _pg_roles b 12002
12002 pg_catalog pg_roles c 0
12006 pg_catalog _pg_shadow b 12007
12007 pg_catalog pg_shadow c 0
12011 pg_catalog _pg_group b 12012
12012 pg_catalog pg_group c 0
12015 pg_catalog _pg_user b 12016
12016 pg_catalog pg_user c 0
12019 pg_catalog _pg_policies b 12020
12020 pg_catalog pg_policies c 0
12024 pg_catalog _pg_rules b 12025
12025 pg_catalog pg_rules c 0
12029 pg_catalog _pg_views b 12030
12030 pg_catalog pg_views c 0
12034 pg_catalog _pg_tables b 12035
12035 pg_catalog pg_tables c 0
12039 pg_catalog _pg_matviews b 12040
12040 pg_catalog pg_matviews c 0
12044 pg_catalog _pg_indexes b 12045
12045 pg_catalog pg_indexes c 0
12049 pg_catalog _pg_sequences b 12050
12050 pg_catalog pg_sequences c 0
12054 pg_catalog _pg_stats b 12055
12055 pg_catalog pg_stats c 0
12059 pg_catalog _pg_stats_ext b 12060
12060 pg_catalog pg_stats_ext c 0
12064 pg_catalog _pg_stats_ext_exprs b 12065
12065 pg_catalog pg_stats_ext_exprs c 0
12069 pg_catalog _pg_publication_tables b 12070
12070 pg_catalog pg_publication_tables c 0
12074 pg_catalog _pg_locks b 12075
12075 pg_catalog pg_locks c 0
12078 pg_catalog _pg_cursors b 12079
12079 pg_catalog pg_cursors c 0
12082 pg_catalog _pg_available_extensions b 12083
12083 pg_catalog pg_available_extensions c 0
12086 pg_catalog _pg_available_extension_versions b 12087
12087 pg_catalog pg_available_extension_versions c 0
12091 pg_catalog _pg_prepared_xacts b 12092
12092 pg_catalog pg_prepared_xacts c 0
12096 pg_catalog _pg_prepared_statements b 12097
12097 pg_catalog pg_prepared_statements c 0
12100 pg_catalog _pg_seclabels b 12101
12101 pg_catalog pg_seclabels c 0
12105 pg_catalog _pg_settings b 12106
12106 pg_catalog pg_settings c 0
12111 pg_catalog _pg_file_settings b 12112
12112 pg_catalog pg_file_settings c 0
12115 pg_catalog _pg_hba_file_rules b 12116
12116 pg_catalog pg_hba_file_rules c 0
12119 pg_catalog _pg_ident_file_mappings b 12120
12120 pg_catalog pg_ident_file_mappings c 0
12123 pg_catalog _pg_timezone_abbrevs b 12124
12124 pg_catalog pg_timezone_abbrevs c 0
12127 pg_catalog _pg_timezone_names b 12128
12128 pg_catalog pg_timezone_names c 0
12131 pg_catalog _pg_config b 12132
12132 pg_catalog pg_config c 0
12135 pg_catalog _pg_shmem_allocations b 12136
12136 pg_catalog pg_shmem_allocations c 0
12139 pg_catalog _pg_shmem_allocations_numa b 12140
12140 pg_catalog pg_shmem_allocations_numa c 0
12143 pg_catalog _pg_backend_memory_contexts b 12144
12144 pg_catalog pg_backend_memory_contexts c 0
12147 pg_catalog _pg_stat_all_tables b 12148
12148 pg_catalog pg_stat_all_tables c 0
12152 pg_catalog _pg_stat_xact_all_tables b 12153
12153 pg_catalog pg_stat_xact_all_tables c 0
12157 pg_catalog _pg_stat_sys_tables b 12158
12158 pg_catalog pg_stat_sys_tables c 0
12162 pg_catalog _pg_stat_xact_sys_tables b 12163
12163 pg_catalog pg_stat_xact_sys_tables c 0
12166 pg_catalog _pg_stat_user_tables b 12167
12167 pg_catalog pg_stat_user_tables c 0
12171 pg_catalog _pg_stat_xact_user_tables b 12172
12172 pg_catalog pg_stat_xact_user_tables c 0
12175 pg_catalog _pg_statio_all_tables b 12176
12176 pg_catalog pg_statio_all_tables c 0
12180 pg_catalog _pg_statio_sys_tables b 12181
12181 pg_catalog pg_statio_sys_tables c 0
12184 pg_catalog _pg_statio_user_tables b 12185
12185 pg_catalog pg_statio_user_tables c 0
12188 pg_catalog _pg_stat_all_indexes b 12189
12189 pg_catalog pg_stat_all_indexes c 0
12193 pg_catalog _pg_stat_sys_indexes b 12194
12194 pg_catalog pg_stat_sys_indexes c 0
12197 pg_catalog _pg_stat_user_indexes b 12198
12198 pg_catalog pg_stat_user_indexes c 0
12201 pg_catalog _pg_statio_all_indexes b 12202
12202 pg_catalog pg_statio_all_indexes c 0
12206 pg_catalog _pg_statio_sys_indexes b 12207
12207 pg_catalog pg_statio_sys_indexes c 0
12210 pg_catalog _pg_statio_user_indexes b 12211
12211 pg_catalog pg_statio_user_indexes c 0
12214 pg_catalog _pg_statio_all_sequences b 12215
12215 pg_catalog pg_statio_all_sequences c 0
12219 pg_catalog _pg_statio_sys_sequences b 12220
12220 pg_catalog pg_statio_sys_sequences c 0
12223 pg_catalog _pg_statio_user_sequences b 12224
12224 pg_catalog pg_statio_user_sequences c 0
12227 pg_catalog _pg_stat_activity b 12228
12228 pg_catalog pg_stat_activity c 0
12232 pg_catalog _pg_stat_replication b 12233
12233 pg_catalog pg_stat_replication c 0
12237 pg_catalog _pg_stat_slru b 12238
12238 pg_catalog pg_stat_slru c 0
12241 pg_catalog _pg_stat_wal_receiver b 12242
12242 pg_catalog pg_stat_wal_receiver c 0
12245 pg_catalog _pg_stat_recovery_prefetch b 12246
12246 pg_catalog pg_stat_recovery_prefetch c 0
12249 pg_catalog _pg_stat_subscription b 12250
12250 pg_catalog pg_stat_subscription c 0
12254 pg_catalog _pg_stat_ssl b 12255
12255 pg_catalog pg_stat_ssl c 0
12258 pg_catalog _pg_stat_gssapi b 12259
12259 pg_catalog pg_stat_gssapi c 0
12262 pg_catalog _pg_replication_slots b 12263
12263 pg_catalog pg_replication_slots c 0
12267 pg_catalog _pg_stat_replication_slots b 12268
12268 pg_catalog pg_stat_replication_slots c 0
12271 pg_catalog _pg_stat_database b 12272
12272 pg_catalog pg_stat_database c 0
12276 pg_catalog _pg_stat_database_conflicts b 12277
12277 pg_catalog pg_stat_database_conflicts c 0
12280 pg_catalog _pg_stat_user_functions b 12281
12281 pg_catalog pg_stat_user_functions c 0
12285 pg_catalog _pg_stat_xact_user_functions b 12286
12286 pg_catalog pg_stat_xact_user_functions c 0
12290 pg_catalog _pg_stat_archiver b 12291
12291 pg_catalog pg_stat_archiver c 0
12294 pg_catalog _pg_stat_bgwriter b 12295
12295 pg_catalog pg_stat_bgwriter c 0
12298 pg_catalog _pg_stat_checkpointer b 12299
12299 pg_catalog pg_stat_checkpointer c 0
12302 pg_catalog _pg_stat_io b 12303
12303 pg_catalog pg_stat_io c 0
12306 pg_catalog _pg_stat_wal b 12307
12307 pg_catalog pg_stat_wal c 0
12310 pg_catalog _pg_stat_progress_analyze b 12311
12311 pg_catalog pg_stat_progress_analyze c 0
12315 pg_catalog _pg_stat_progress_vacuum b 12316
12316 pg_catalog pg_stat_progress_vacuum c 0
12320 pg_catalog _pg_stat_progress_cluster b 12321
12321 pg_catalog pg_stat_progress_cluster c 0
12325 pg_catalog _pg_stat_progress_create_index b 12326
12326 pg_catalog pg_stat_progress_create_index c 0
12330 pg_catalog _pg_stat_progress_basebackup b 12331
12331 pg_catalog pg_stat_progress_basebackup c 0
12334 pg_catalog _pg_stat_progress_copy b 12335
12335 pg_catalog pg_stat_progress_copy c 0
12339 pg_catalog _pg_user_mappings b 12340
12340 pg_catalog pg_user_mappings c 0
12344 pg_catalog _pg_replication_origin_status b 12345
12345 pg_catalog pg_replication_origin_status c 0
12348 pg_catalog _pg_stat_subscription_stats b 12349
12349 pg_catalog pg_stat_subscription_stats c 0
12352 pg_catalog _pg_wait_events b 12353
12353 pg_catalog pg_wait_events c 0
12356 pg_catalog _pg_aios b 12357
12357 pg_catalog pg_aios c 0
13157 information_schema _cardinal_number b 13158
13158 information_schema cardinal_number d 0
13160 information_schema _character_data b 13161
13161 information_schema character_data d 0
13162 information_schema _sql_identifier b 13163
13163 information_schema sql_identifier d 0
13165 information_schema _information_schema_catalog_name b 13166
13166 information_schema information_schema_catalog_name c 0
13168 information_schema _time_stamp b 13169
13169 information_schema time_stamp d 0
13170 information_schema _yes_or_no b 13171
13171 information_schema yes_or_no d 0
13174 information_schema _applicable_roles b 13175
13175 information_schema applicable_roles c 0
13179 information_schema _administrable_role_authorizations b 13180
13180 information_schema administrable_role_authorizations c 0
13183 information_schema _attributes b 13184
13184 information_schema attributes c 0
13188 information_schema _character_sets b 13189
13189 information_schema character_sets c 0
13193 information_schema _check_constraint_routine_usage b 13194
13194 information_schema check_constraint_routine_usage c 0
13198 information_schema _check_constraints b 13199
13199 information_schema check_constraints c 0
13203 information_schema _collations b 13204
13204 information_schema collations c 0
13208 information_schema _collation_character_set_applicability b 13209
13209 information_schema collation_character_set_applicability c 0
13213 information_schema _column_column_usage b 13214
13214 information_schema column_column_usage c 0
13218 information_schema _column_domain_usage b 13219
13219 information_schema column_domain_usage c 0
13223 information_schema _column_privileges b 13224
13224 information_schema column_privileges c 0
13228 information_schema _column_udt_usage b 13229
13229 information_schema column_udt_usage c 0
13233 information_schema _columns b 13234
13234 information_schema columns c 0
13238 information_schema _constraint_column_usage b 13239
13239 information_schema constraint_column_usage c 0
13243 information_schema _constraint_table_usage b 13244
13244 information_schema constraint_table_usage c 0
13248 information_schema _domain_constraints b 13249
13249 information_schema domain_constraints c 0
13253 information_schema _domain_udt_usage b 13254
13254 information_schema domain_udt_usage c 0
13257 information_schema _domains b 13258
13258 information_schema domains c 0
13262 information_schema _enabled_roles b 13263
13263 information_schema enabled_roles c 0
13266 information_schema _key_column_usage b 13267
13267 information_schema key_column_usage c 0
13271 information_schema _parameters b 13272
13272 information_schema parameters c 0
13276 information_schema _referential_constraints b 13277
13277 information_schema referential_constraints c 0
13281 information_schema _role_column_grants b 13282
13282 information_schema role_column_grants c 0
13285 information_schema _routine_column_usage b 13286
13286 information_schema routine_column_usage c 0
13290 information_schema _routine_privileges b 13291
13291 information_schema routine_privileges c 0
13295 information_schema _role_routine_grants b 13296
13296 information_schema role_routine_grants c 0
13299 information_schema _routine_routine_usage b 13300
13300 information_schema routine_routine_usage c 0
13304 information_schema _routine_sequence_usage b 13305
13305 information_schema routine_sequence_usage c 0
13309 information_schema _routine_table_usage b 13310
13310 information_schema routine_table_usage c 0
13314 information_schema _routines b 13315
13315 information_schema routines c 0
13319 information_schema _schemata b 13320
13320 information_schema schemata c 0
13323 information_schema _sequences b 13324
13324 information_schema sequences c 0
13328 information_schema _sql_features b 13329
13329 information_schema sql_features c 0
13333 information_schema _sql_implementation_info b 13334
13334 information_schema sql_implementation_info c 0
13338 information_schema _sql_parts b 13339
13339 information_schema sql_parts c 0
13343 information_schema _sql_sizing b 13344
13344 information_schema sql_sizing c 0
13348 information_schema _table_constraints b 13349
13349 information_schema table_constraints c 0
13353 information_schema _table_privileges b 13354
13354 information_schema table_privileges c 0
13358 information_schema _role_table_grants b 13359
13359 information_schema role_table_grants c 0
13362 information_schema _tables b 13363
13363 information_schema tables c 0
13367 information_schema _transforms b 13368
13368 information_schema transforms c 0
13372 information_schema _triggered_update_columns b 13373
13373 information_schema triggered_update_columns c 0
13377 information_schema _triggers b 13378
13378 information_schema triggers c 0
13382 information_schema _udt_privileges b 13383
13383 information_schema udt_privileges c 0
13387 information_schema _role_udt_grants b 13388
13388 information_schema role_udt_grants c 0
13391 information_schema _usage_privileges b 13392
13392 information_schema usage_privileges c 0
13396 information_schema _role_usage_grants b 13397
13397 information_schema role_usage_grants c 0
13400 information_schema _user_defined_types b 13401
13401 information_schema user_defined_types c 0
13405 information_schema _view_column_usage b 13406
13406 information_schema view_column_usage c 0
13410 information_schema _view_routine_usage b 13411
13411 information_schema view_routine_usage c 0
13415 information_schema _view_table_usage b 13416
13416 information_schema view_table_usage c 0
13420 information_schema _views b 13421
13421 information_schema views c 0
13425 information_schema _data_type_privileges b 13426
13426 information_schema data_type_privileges c 0
13430 information_schema _element_types b 13431
13431 information_schema element_types c 0
13435 information_schema __pg_foreign_table_columns b 13436
13436 information_schema _pg_foreign_table_columns c 0
13440 information_schema _column_options b 13441
13441 information_schema column_options c 0
13444 information_schema __pg_foreign_data_wrappers b 13445
13445 information_schema _pg_foreign_data_wrappers c 0
13448 information_schema _foreign_data_wrapper_options b 13449
13449 information_schema foreign_data_wrapper_options c 0
13452 information_schema _foreign_data_wrappers b 13453
13453 information_schema foreign_data_wrappers c 0
13456 information_schema __pg_foreign_servers b 13457
13457 information_schema _pg_foreign_servers c 0
13460 information_schema _foreign_server_options b 13461
13461 information_schema foreign_server_options c 0
13464 information_schema _foreign_servers b 13465
13465 information_schema foreign_servers c 0
13468 information_schema __pg_foreign_tables b 13469
13469 information_schema _pg_foreign_tables c 0
13473 information_schema _foreign_table_options b 13474
13474 information_schema foreign_table_options c 0
13477 information_schema _foreign_tables b 13478
13478 information_schema foreign_tables c 0
13481 information_schema __pg_user_mappings b 13482
13482 information_schema _pg_user_mappings c 0
13486 information_schema _user_mapping_options b 13487
13487 information_schema user_mapping_options c 0
13491 information_schema _user_mappings b 13492
13492 information_schema user_mappings c 0
`
