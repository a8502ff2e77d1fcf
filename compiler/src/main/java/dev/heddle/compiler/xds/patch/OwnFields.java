package dev.heddle.compiler.xds.patch;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The fields of Envoy's messages that Heddle's own proxy reads, or leaves out because they change
/// no request; it refuses all others. A test of both makes this table out of the proxy's sources,
/// and sees to it that it holds.
///
/// This file is long because each message has its line.
final class OwnFields {
    private static final String TEXT =
            """
            envoy.config.accesslog.v3
            AccessLog: filter name typed_config
            AccessLogFilter: and_filter duration_filter extension_filter grpc_status_filter
                header_filter log_type_filter metadata_filter not_health_check_filter or_filter
                response_flag_filter runtime_filter status_code_filter
            ComparisonFilter: op value
            MetadataFilter: match_if_key_not_found matcher
            RuntimeFilter: percent_sampled runtime_key use_independent_randomness
            envoy.config.bootstrap.v3
            Admin: access_log access_log_path address ignore_global_conn_limit profile_path
            Bootstrap: admin application_log_config bootstrap_extensions cluster_manager
                default_socket_interface deferred_stat_options dns_resolution_config
                dynamic_resources enable_dispatcher_stats fatal_actions flags_path
                grpc_async_client_manager_config inline_headers layered_runtime
                memory_allocator_manager node node_context_params overload_manager
                perf_tracing_file_path static_resources stats_config stats_eviction_interval
                stats_flush_interval stats_flush_on_admin stats_server_version_override
                stats_sinks typed_dns_resolver_config use_tcp_for_dns_lookups watchdog watchdogs
            Bootstrap.DynamicResources: ads_config cds_config lds_config
            Bootstrap.StaticResources: clusters listeners secrets
            ClusterManager: enable_deferred_cluster_creation load_stats_config
                local_cluster_name outlier_detection upstream_bind_config
            LayeredRuntime: layers
            RuntimeLayer: admin_layer name rtds_layer static_layer
            RuntimeLayer.RtdsLayer: name rtds_config
            envoy.config.cluster.v3
            CircuitBreakers: per_host_thresholds thresholds
            CircuitBreakers.Thresholds: max_connection_pools max_connections
                max_pending_requests max_requests max_retries priority retry_budget
                track_remaining
            CircuitBreakers.Thresholds.RetryBudget: budget_percent min_retry_concurrency
            Cluster: alt_stat_name circuit_breakers cleanup_interval cluster_type
                common_http_protocol_options common_lb_config connect_timeout
                dns_failure_refresh_rate dns_jitter dns_lookup_family dns_refresh_rate
                eds_cluster_config health_checks http2_protocol_options http_protocol_options
                ignore_health_on_host_removal lb_policy least_request_lb_config load_assignment
                load_balancing_policy maglev_lb_config max_requests_per_connection metadata name
                original_dst_lb_config outlier_detection per_connection_buffer_limit_bytes
                preconnect_policy protocol_selection respect_dns_ttl ring_hash_lb_config
                round_robin_lb_config track_cluster_stats track_timeout_budgets transport_socket
                transport_socket_matches type typed_extension_protocol_options
                upstream_bind_config upstream_connection_options upstream_http_protocol_options
                wait_for_warm_on_init
            Cluster.CommonLbConfig: consistent_hashing_lb_config healthy_panic_threshold
                locality_weighted_lb_config override_host_status update_merge_window
                zone_aware_lb_config
            Cluster.CommonLbConfig.ConsistentHashingLbConfig: hash_balance_factor
                use_hostname_for_hashing
            Cluster.CommonLbConfig.ZoneAwareLbConfig: fail_traffic_on_panic force_local_zone
                force_locality_direct_routing min_cluster_size routing_enabled
            Cluster.CustomClusterType: name typed_config
            Cluster.EdsClusterConfig: eds_config service_name
            Cluster.LeastRequestLbConfig: active_request_bias choice_count slow_start_config
            Cluster.MaglevLbConfig: table_size
            Cluster.OriginalDstLbConfig: http_header_name metadata_key upstream_port_override
                use_http_header
            Cluster.PreconnectPolicy: per_upstream_preconnect_ratio
            Cluster.RefreshRate: base_interval max_interval
            Cluster.RingHashLbConfig: hash_function maximum_ring_size minimum_ring_size
            Cluster.RoundRobinLbConfig: slow_start_config
            Cluster.TransportSocketMatch: match name transport_socket
            OutlierDetection: always_eject_one_host base_ejection_time consecutive_5xx
                consecutive_gateway_failure consecutive_local_origin_failure
                enforcing_consecutive_5xx enforcing_consecutive_gateway_failure
                enforcing_consecutive_local_origin_failure enforcing_failure_percentage
                enforcing_failure_percentage_local_origin enforcing_local_origin_success_rate
                enforcing_success_rate failure_percentage_minimum_hosts
                failure_percentage_request_volume failure_percentage_threshold interval
                max_ejection_percent max_ejection_time max_ejection_time_jitter
                split_external_local_origin_errors success_rate_minimum_hosts
                success_rate_request_volume success_rate_stdev_factor
                successful_active_health_check_uneject_host
            UpstreamConnectionOptions: happy_eyeballs_config tcp_keepalive
            UpstreamConnectionOptions.HappyEyeballsConfig: first_address_family_count
                first_address_family_version
            envoy.config.common.matcher.v3
            HttpHeadersMatch: headers
            MatchPredicate.MatchSet: rules
            envoy.config.core.v3
            ApiConfigSource: api_type grpc_services rate_limit_settings request_timeout
                set_node_on_first_message_only transport_api_version
            BindConfig: extra_source_addresses freebind source_address
            CidrRange: address_prefix prefix_len
            ConfigSource: ads initial_fetch_timeout path_config_source resource_api_version self
            DataSource: inline_bytes inline_string
            EnvoyInternalAddress: endpoint_id server_listener_name
            ExtraSourceAddress: address
            GrpcService: envoy_grpc initial_metadata timeout
            GrpcService.EnvoyGrpc: authority cluster_name max_receive_message_length
                retry_policy skip_envoy_headers
            HeaderValue: key raw_value value
            HeaderValueOption: append append_action header keep_empty_value
            HealthCheck: grpc_health_check healthy_edge_interval healthy_threshold
                http_health_check initial_jitter interval interval_jitter interval_jitter_percent
                no_traffic_healthy_interval no_traffic_interval reuse_connection tcp_health_check
                timeout tls_options transport_socket_match_criteria unhealthy_edge_interval
                unhealthy_interval unhealthy_threshold
            HealthCheck.GrpcHealthCheck: authority initial_metadata service_name
            HealthCheck.HttpHealthCheck: codec_client_type expected_statuses host method path
                receive request_headers_to_add request_headers_to_remove response_buffer_size
                retriable_statuses send service_name_matcher
            HealthCheck.TcpHealthCheck: receive send
            HealthCheck.TlsOptions: alpn_protocols
            HealthStatusSet: statuses
            Http1ProtocolOptions: accept_http_10 allow_absolute_url allow_chunked_length
                allow_custom_methods default_host_for_http_10 enable_trailers header_key_format
                override_stream_error_on_invalid_http_message use_balsa_parser
            Http2ProtocolOptions: allow_connect connection_keepalive enable_huffman_encoding
                hpack_table_size initial_connection_window_size initial_stream_window_size
                max_concurrent_streams max_consecutive_inbound_frames_with_empty_payload
                max_inbound_priority_frames_per_stream
                max_inbound_window_update_frames_per_data_frame_sent max_metadata_size
                max_outbound_control_frames max_outbound_frames
                override_stream_error_on_invalid_http_message
                stream_error_on_invalid_http_messaging use_oghttp2_codec
            Http3ProtocolOptions: allow_extended_connect
                override_stream_error_on_invalid_http_message quic_protocol_options
            HttpProtocolOptions: headers_with_underscores_action idle_timeout
                max_connection_duration max_headers_count max_requests_per_connection
                max_response_headers_kb max_stream_duration
            HttpService: http_uri request_headers_to_add
            HttpUri: cluster timeout uri
            KeepaliveSettings: connection_idle_interval interval interval_jitter timeout
            Locality: region sub_zone zone
            PathConfigSource: path watched_directory
            Pipe: mode path
            ProxyProtocolConfig: added_tlvs pass_through_tlvs version
            ProxyProtocolPassThroughTLVs: match_type tlv_type
            QuicProtocolOptions: client_connection_options connection_options
                idle_network_timeout initial_connection_window_size initial_stream_window_size
                max_concurrent_streams num_timeouts_to_trigger_port_migration
            RuntimeDouble: default_value runtime_key
            RuntimeFractionalPercent: default_value runtime_key
            RuntimeUInt32: default_value runtime_key
            SchemeHeaderTransformation: scheme_to_overwrite
            SocketAddress: address ipv4_compat port_value protocol
            SocketOption: buf_value description int_value level name state type
            SubstitutionFormatString: content_type json_format json_format_options
                omit_empty_values text_format text_format_source
            TcpKeepalive: keepalive_interval keepalive_probes keepalive_time
            TlvEntry: type value
            TransportSocket: name typed_config
            TypedExtensionConfig: name typed_config
            UpstreamHttpProtocolOptions: auto_san_validation auto_sni override_auto_sni_header
            envoy.config.endpoint.v3
            ClusterLoadAssignment: cluster_name endpoints policy
            ClusterLoadAssignment.Policy: endpoint_stale_after overprovisioning_factor
            Endpoint: additional_addresses address health_check_config hostname
            Endpoint.AdditionalAddress: address
            Endpoint.HealthCheckConfig: address disable_active_health_check hostname port_value
            LbEndpoint: endpoint health_status load_balancing_weight metadata
            LocalityLbEndpoints: lb_endpoints load_balancing_weight locality metadata priority
                proximity
            envoy.config.listener.v3
            AdditionalAddress: address
            FilterChain: filter_chain_match filters metadata name transport_socket
                transport_socket_connect_timeout
            FilterChainMatch: application_protocols destination_port direct_source_prefix_ranges
                prefix_ranges server_names source_ports source_prefix_ranges source_type
                transport_protocol
            Listener: access_log additional_addresses address bind_to_port
                bypass_overload_manager connection_balance_config
                continue_on_listener_filters_timeout default_filter_chain drain_type
                enable_reuse_port filter_chains freebind ignore_global_conn_limit
                internal_listener listener_filters listener_filters_timeout
                max_connections_to_accept_per_socket_event metadata name
                per_connection_buffer_limit_bytes reuse_port socket_options stat_prefix
                tcp_backlog_size traffic_direction transparent udp_listener_config
                use_original_dst
            Listener.ConnectionBalanceConfig: exact_balance extend_balance
            Listener.InternalListenerConfig:
            ListenerFilter: filter_disabled name typed_config
            ListenerFilterChainMatchPredicate: and_match any_match destination_port_range
                not_match or_match
            QuicProtocolOptions: crypto_handshake_timeout idle_timeout
                packets_to_read_to_connection_count_ratio quic_protocol_options
                send_disable_active_migration
            UdpListenerConfig: downstream_socket_config quic_options
            envoy.config.metrics.v3
            HistogramBucketSettings: bins buckets match
            StatsConfig: histogram_bucket_settings stats_matcher stats_tags use_all_default_tags
            StatsMatcher: exclusion_list inclusion_list reject_all
            StatsSink: name typed_config
            envoy.config.overload.v3
            BufferFactoryConfig: minimum_account_to_track_power_of_two
            LoadShedPoint: name triggers
            OverloadAction: name triggers typed_config
            OverloadManager: actions buffer_factory_config loadshed_points refresh_interval
                resource_monitors
            ScaleTimersOverloadActionConfig.ScaleTimer: min_scale min_timeout timer
            Trigger: name scaled threshold
            envoy.config.rbac.v3
            Permission: and_rules any destination_ip destination_port destination_port_range
                header metadata not_rule or_rules requested_server_name sourced_metadata
                uri_template url_path
            Policy: permissions principals
            Principal: and_ids any authenticated direct_remote_ip header metadata not_id or_ids
                remote_ip source_ip sourced_metadata url_path
            Principal.Authenticated: principal_name
            RBAC: action policies
            SourcedMetadata: metadata_matcher metadata_source
            envoy.config.route.v3
            Decorator: operation propagate
            DirectResponseAction: body status
            FilterConfig: config disabled is_optional
            HeaderMatcher: contains_match exact_match invert_match name prefix_match
                present_match range_match safe_regex_match string_match suffix_match
                treat_missing_header_as_empty
            QueryParameterMatcher: name present_match string_match
            RateLimit: actions
            RateLimit.Action.GenericKey: descriptor_key descriptor_value
            RateLimit.Action.HeaderValueMatch: descriptor_key descriptor_value expect_match
                headers
            RateLimit.Action.MaskedRemoteAddress: v4_prefix_mask_len v6_prefix_mask_len
            RateLimit.Action.RequestHeaders: descriptor_key header_name
            RedirectAction: host_redirect https_redirect path_redirect port_redirect
                prefix_rewrite regex_rewrite response_code scheme_redirect strip_query
            RetryPolicy: host_selection_retry_max_attempts num_retries per_try_idle_timeout
                per_try_timeout rate_limited_retry_back_off retriable_headers
                retriable_request_headers retriable_status_codes retry_back_off
                retry_host_predicate retry_on retry_priority
            RetryPolicy.RateLimitedRetryBackOff: max_interval reset_headers
            RetryPolicy.ResetHeader: format name
            RetryPolicy.RetryBackOff: base_interval max_interval
            RetryPolicy.RetryHostPredicate: name typed_config
            RetryPolicy.RetryPriority: name typed_config
            Route: decorator direct_response match metadata name per_request_buffer_limit_bytes
                redirect request_headers_to_add request_headers_to_remove response_headers_to_add
                response_headers_to_remove route stat_prefix tracing typed_per_filter_config
            RouteAction: append_x_forwarded_host auto_host_rewrite cluster cluster_header
                cluster_not_found_response_code grpc_timeout_offset hash_policy
                host_rewrite_header host_rewrite_literal host_rewrite_path_regex idle_timeout
                max_grpc_timeout max_stream_duration path_rewrite_policy prefix_rewrite priority
                regex_rewrite request_mirror_policies retry_policy timeout upgrade_configs
                weighted_clusters
            RouteAction.HashPolicy: connection_properties cookie header query_parameter terminal
            RouteAction.HashPolicy.ConnectionProperties: source_ip
            RouteAction.HashPolicy.Cookie: attributes name path ttl
            RouteAction.HashPolicy.CookieAttribute: name value
            RouteAction.HashPolicy.Header: header_name regex_rewrite
            RouteAction.HashPolicy.QueryParameter: name
            RouteAction.MaxStreamDuration: grpc_timeout_header_max grpc_timeout_header_offset
                max_stream_duration
            RouteAction.RequestMirrorPolicy: cluster cluster_header
                disable_shadow_host_suffix_append runtime_fraction trace_sampled
            RouteAction.UpgradeConfig: connect_config enabled upgrade_type
            RouteAction.UpgradeConfig.ConnectConfig: allow_post
            RouteConfiguration: ignore_port_in_host_matching internal_only_headers
                max_direct_response_body_size_bytes metadata most_specific_header_mutations_wins
                name request_headers_to_add request_headers_to_remove request_mirror_policies
                response_headers_to_add response_headers_to_remove typed_per_filter_config
                validate_clusters virtual_hosts
            RouteMatch: case_sensitive connect_matcher dynamic_metadata grpc headers path
                path_match_policy path_separated_prefix prefix query_parameters runtime_fraction
                safe_regex tls_context
            RouteMatch.TlsContextMatchOptions: presented validated
            Tracing: client_sampling custom_tags overall_sampling random_sampling
            VirtualCluster: headers name
            VirtualHost: domains include_attempt_count_in_response
                include_is_timeout_retry_header include_request_attempt_count metadata name
                per_request_buffer_limit_bytes request_headers_to_add request_headers_to_remove
                request_mirror_policies require_tls response_headers_to_add
                response_headers_to_remove retry_policy routes typed_per_filter_config
                virtual_clusters
            WeightedCluster: clusters header_name runtime_key_prefix total_weight
            WeightedCluster.ClusterWeight: cluster_header host_rewrite_literal name
                request_headers_to_add request_headers_to_remove response_headers_to_add
                response_headers_to_remove typed_per_filter_config weight
            envoy.config.trace.v3
            ClientConfig: backend_token instance_name max_cache_size service_name
            DatadogConfig: collector_cluster collector_hostname service_name
            OpenTelemetryConfig: grpc_service http_service resource_detectors sampler
                service_name
            SkyWalkingConfig: client_config grpc_service
            Tracing.Http: name typed_config
            ZipkinConfig: collector_cluster collector_endpoint collector_endpoint_version
                collector_hostname collector_service shared_span_context split_spans_for_request
                trace_context_option trace_id_128bit
            envoy.data.dns.v3
            DnsTable: external_retry_count known_suffixes virtual_domains
            DnsTable.AddressList: address
            DnsTable.DnsEndpoint: address_list
            DnsTable.DnsVirtualDomain: answer_ttl endpoint name
            envoy.extensions.access_loggers.file.v3
            FileAccessLog: format json_format log_format path typed_json_format
            envoy.extensions.access_loggers.grpc.v3
            CommonGrpcAccessLogConfig: buffer_flush_interval buffer_size_bytes custom_tags
                filter_state_objects_to_log grpc_service log_name transport_api_version
            HttpGrpcAccessLogConfig: additional_request_headers_to_log
                additional_response_headers_to_log additional_response_trailers_to_log
                common_config
            TcpGrpcAccessLogConfig: common_config
            envoy.extensions.access_loggers.open_telemetry.v3
            OpenTelemetryAccessLogConfig: attributes body common_config disable_builtin_labels
                resource_attributes
            envoy.extensions.access_loggers.stats.v3
            Config: counters histograms stat_prefix stats_scope
            Config.Counter: stat value_fixed value_format
            Config.Histogram: stat unit value_format
            Config.Stat: name tags
            Config.Tag: name value_format
            envoy.extensions.access_loggers.stream.v3
            StderrAccessLog: log_format
            StdoutAccessLog: log_format
            envoy.extensions.bootstrap.internal_listener.v3
            InternalListener: buffer_size_kb
            envoy.extensions.clusters.aggregate.v3
            ClusterConfig: clusters
            envoy.extensions.clusters.dynamic_forward_proxy.v3
            ClusterConfig: allow_coalesced_connections allow_insecure_cluster_options
                dns_cache_config
            envoy.extensions.common.dynamic_forward_proxy.v3
            DnsCacheCircuitBreakers: max_pending_requests
            DnsCacheConfig: disable_dns_refresh_on_failure dns_cache_circuit_breaker
                dns_failure_refresh_rate dns_lookup_family dns_min_refresh_rate dns_query_timeout
                dns_refresh_rate host_ttl max_hosts name preresolve_hostnames
                typed_dns_resolver_config
            envoy.extensions.common.ratelimit.v3
            LocalRateLimitDescriptor: entries token_bucket
            RateLimitDescriptor.Entry: key value
            envoy.extensions.filters.common.fault.v3
            FaultDelay: fixed_delay header_delay percentage
            FaultRateLimit: fixed_limit header_limit percentage
            envoy.extensions.filters.common.set_filter_state.v3
            FilterStateValue: format_string object_key read_only shared_with_upstream
                skip_if_empty
            envoy.extensions.filters.http.api_key_auth.v3
            ApiKeyAuth: credentials forwarding key_sources
            ApiKeyAuthPerRoute: allowed_clients credentials forwarding key_sources
            Credential: client key
            Forwarding: header hide_credentials
            KeySource: cookie header query
            envoy.extensions.filters.http.basic_auth.v3
            BasicAuth: authentication_header forward_username_header realm users
            BasicAuthPerRoute: realm users
            envoy.extensions.filters.http.cors.v3
            CorsPolicy: allow_credentials allow_headers allow_methods allow_origin_string_match
                allow_private_network_access expose_headers filter_enabled
                forward_not_matching_preflights max_age shadow_enabled
            envoy.extensions.filters.http.dynamic_forward_proxy.v3
            FilterConfig: dns_cache_config
            envoy.extensions.filters.http.ext_authz.v3
            AuthorizationRequest: allowed_headers headers_to_add
            AuthorizationResponse: allowed_client_headers allowed_client_headers_on_success
                allowed_upstream_headers allowed_upstream_headers_to_append
                dynamic_metadata_from_headers
            BufferSettings: allow_partial_message max_request_bytes pack_as_bytes
            CheckSettings: context_extensions disable_request_body_buffering with_request_body
            ExtAuthz: allowed_headers charge_cluster_response_stats clear_route_cache
                deny_at_disable disallowed_headers enable_dynamic_metadata_ingestion
                encode_raw_headers failure_mode_allow failure_mode_allow_header_add
                filter_enabled filter_enabled_metadata grpc_service http_service
                include_peer_certificate include_tls_session metadata_context_namespaces
                stat_prefix status_on_error transport_api_version validate_mutations
                with_request_body
            ExtAuthzPerRoute: check_settings disabled
            HttpService: authorization_request authorization_response path_prefix server_uri
            envoy.extensions.filters.http.fault.v3
            FaultAbort: grpc_status header_abort http_status percentage
            HTTPFault: abort abort_grpc_status_runtime abort_http_status_runtime
                abort_percent_runtime delay delay_duration_runtime delay_percent_runtime
                disable_downstream_cluster_stats downstream_nodes filter_metadata headers
                max_active_faults max_active_faults_runtime response_rate_limit
                response_rate_limit_percent_runtime upstream_cluster
            envoy.extensions.filters.http.grpc_json_transcoder.v3
            GrpcJsonTranscoder: auto_mapping capture_unknown_query_parameters
                case_insensitive_enum_parsing convert_grpc_status ignore_unknown_query_parameters
                ignored_query_parameters match_incoming_request_route
                match_unregistered_custom_verb max_request_body_size max_response_body_size
                print_options proto_descriptor proto_descriptor_bin query_param_unescape_plus
                request_validation_options services url_unescape_spec
            GrpcJsonTranscoder.PrintOptions: add_whitespace always_print_enums_as_ints
                always_print_primitive_fields preserve_proto_field_names stream_newline_delimited
                stream_sse_style_delimited
            GrpcJsonTranscoder.RequestValidationOptions: reject_binding_body_field_collisions
                reject_unknown_method reject_unknown_query_parameters
            envoy.extensions.filters.http.header_to_metadata.v3
            Config: request_rules
            Config.KeyValuePair: key metadata_namespace regex_value_rewrite type value
            Config.Rule: header on_header_missing on_header_present remove
            envoy.extensions.filters.http.health_check.v3
            HealthCheck: headers pass_through_mode
            envoy.extensions.filters.http.jwt_authn.v3
            JwtAuthentication: bypass_cors_preflight providers requirement_map rules stat_prefix
                strip_failure_response
            JwtClaimToHeader: claim_name header_name
            JwtHeader: name value_prefix
            JwtProvider: audiences claim_to_headers clear_route_cache clock_skew_seconds forward
                forward_payload_header from_cookies from_headers from_params header_in_metadata
                issuer jwt_cache_config local_jwks normalize_payload_in_metadata
                pad_forward_payload_header payload_in_metadata
            JwtProvider.NormalizePayload: space_delimited_claims
            PerRouteConfig: disabled
            RequirementRule: match requirement_name requires
            envoy.extensions.filters.http.local_ratelimit.v3
            LocalRateLimit: always_consume_default_token_bucket descriptors
                enable_x_ratelimit_headers filter_enabled filter_enforced max_dynamic_descriptors
                rate_limited_as_resource_exhausted rate_limits
                request_headers_to_add_when_not_enforced response_headers_to_add stat_prefix
                status token_bucket
            envoy.extensions.filters.http.oauth2.v3
            CookieConfig: partitioned path same_site
            CookieConfigs: bearer_token_cookie_config code_verifier_cookie_config
                id_token_cookie_config oauth_expires_cookie_config oauth_hmac_cookie_config
                oauth_nonce_cookie_config refresh_token_cookie_config
            OAuth2: config
            OAuth2Config: allow_failed_matcher allowed_redirect_domains auth_scopes auth_type
                authorization_endpoint code_verifier_token_expires_in cookie_configs credentials
                csrf_token_expires_in default_expires_in default_refresh_token_expires_in
                deny_redirect_matcher disable_access_token_set_cookie disable_id_token_set_cookie
                disable_refresh_token_set_cookie disable_token_encryption end_session_endpoint
                forward_bearer_token forward_id_token original_request_uri pass_through_matcher
                post_logout_redirect_uri preserve_authorization_header redirect_path_matcher
                redirect_uri resources signout_path stat_prefix token_endpoint
                use_access_token_expiry_for_id_token_cookie use_refresh_token
            OAuth2Credentials: client_id cookie_domain cookie_names hmac_secret token_secret
            OAuth2Credentials.CookieNames: bearer_token code_verifier id_token oauth_expires
                oauth_hmac oauth_nonce refresh_token
            OAuth2PerRoute: config
            OAuth2TokenForwarding: header
            PostLogoutRedirectUri: disabled uri
            envoy.extensions.filters.http.rbac.v3
            RBAC: rules rules_stat_prefix shadow_rules shadow_rules_stat_prefix
            RBACPerRoute: rbac
            envoy.extensions.filters.http.router.v3
            Router: dynamic_stats start_child_span suppress_envoy_headers
                suppress_grpc_request_failure_code_stats
            envoy.extensions.filters.http.set_filter_state.v3
            Config: on_request_headers
            envoy.extensions.filters.http.stateful_session.v3
            StatefulSession: session_state strict
            StatefulSessionPerRoute: disabled stateful_session
            envoy.extensions.filters.listener.http_inspector.v3
            HttpInspector:
            envoy.extensions.filters.listener.original_dst.v3
            OriginalDst:
            envoy.extensions.filters.listener.original_src.v3
            OriginalSrc: bind_port mark
            envoy.extensions.filters.listener.proxy_protocol.v3
            ProxyProtocol: allow_requests_without_proxy_protocol disallowed_versions
                pass_through_tlvs stat_prefix
            envoy.extensions.filters.listener.tls_inspector.v3
            TlsInspector: enable_ja3_fingerprinting initial_read_buffer_size
            envoy.extensions.filters.network.connection_limit.v3
            ConnectionLimit: delay max_connections runtime_enabled stat_prefix
            envoy.extensions.filters.network.ext_authz.v3
            ExtAuthz: failure_mode_allow filter_enabled_metadata grpc_service
                include_peer_certificate include_tls_session stat_prefix transport_api_version
            envoy.extensions.filters.network.http_connection_manager.v3
            HttpConnectionManager: access_log access_log_flush_interval access_log_options
                add_proxy_protocol_connection_state always_set_request_id_in_response
                append_local_overload append_x_forwarded_port codec_type
                common_http_protocol_options delayed_close_timeout drain_timeout
                forward_client_cert_details generate_request_id
                http1_safe_max_connection_duration http2_protocol_options http3_protocol_options
                http_filters http_protocol_options internal_address_config local_reply_config
                max_request_headers_kb merge_slashes normalize_path
                path_with_escaped_slashes_action preserve_external_request_id rds
                request_headers_timeout request_id_extension request_timeout route_config
                scheme_header_transformation server_header_transformation server_name
                set_current_client_cert_details skip_xff_append stat_prefix
                stream_error_on_invalid_http_message stream_idle_timeout strip_any_host_port
                strip_matching_host_port strip_trailing_host_dot tracing upgrade_configs
                use_remote_address via xff_num_trusted_hops
            HttpConnectionManager.InternalAddressConfig: cidr_ranges
            HttpConnectionManager.SetCurrentClientCertDetails: cert chain dns subject uri
            HttpConnectionManager.UpgradeConfig: enabled upgrade_type
            HttpFilter: disabled is_optional name typed_config
            LocalReplyConfig: body_format mappers
            Rds: config_source route_config_name
            ResponseMapper: body body_format_override filter headers_to_add status_code
            envoy.extensions.filters.network.rbac.v3
            RBAC: enforcement_type rules shadow_rules shadow_rules_stat_prefix stat_prefix
            envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3
            FilterConfig: dns_cache_config port_value
            envoy.extensions.filters.network.tcp_proxy.v3
            TcpProxy: access_log access_log_flush_interval access_log_options cluster
                flush_access_log_on_connected hash_policy idle_timeout max_connect_attempts
                max_downstream_connection_duration stat_prefix tunneling_config weighted_clusters
            TcpProxy.TcpAccessLogOptions: access_log_flush_interval
                flush_access_log_on_connected
            TcpProxy.TunnelingConfig: headers_to_add hostname post_path use_post
            TcpProxy.WeightedCluster.ClusterWeight: name weight
            envoy.extensions.filters.udp.dns_filter.v3
            DnsFilterConfig: client_config server_config stat_prefix
            DnsFilterConfig.ClientContextConfig: max_pending_lookups resolver_timeout
                typed_dns_resolver_config
            DnsFilterConfig.ServerContextConfig: inline_dns_table
            envoy.extensions.filters.udp.udp_proxy.v3
            Route: cluster
            UdpProxyConfig: cluster hash_policies idle_timeout matcher stat_prefix
                upstream_socket_config use_per_packet_load_balancing
            envoy.extensions.http.header_formatters.preserve_case.v3
            PreserveCaseFormatterConfig:
            envoy.extensions.http.stateful_session.cookie.v3
            CookieBasedSessionState: cookie
            envoy.extensions.http.stateful_session.header.v3
            HeaderBasedSessionState: name
            envoy.extensions.load_balancing_policies.common.v3
            ConsistentHashingLbConfig: hash_balance_factor use_hostname_for_hashing
            LocalityLbConfig: locality_weighted_lb_config zone_aware_lb_config
            LocalityLbConfig.ZoneAwareLbConfig: fail_traffic_on_panic
                force_locality_direct_routing min_cluster_size routing_enabled
            envoy.extensions.load_balancing_policies.least_request.v3
            LeastRequest: active_request_bias choice_count locality_lb_config slow_start_config
            envoy.extensions.load_balancing_policies.maglev.v3
            Maglev: consistent_hashing_lb_config locality_weighted_lb_config table_size
            envoy.extensions.load_balancing_policies.random.v3
            Random: locality_lb_config
            envoy.extensions.load_balancing_policies.ring_hash.v3
            RingHash: consistent_hashing_lb_config hash_balance_factor hash_function
                locality_weighted_lb_config maximum_ring_size minimum_ring_size
                use_hostname_for_hashing
            envoy.extensions.load_balancing_policies.round_robin.v3
            RoundRobin: locality_lb_config slow_start_config
            envoy.extensions.matching.input_matchers.consistent_hashing.v3
            ConsistentHashing: modulo seed threshold
            envoy.extensions.network.dns_resolver.cares.v3
            CaresDnsResolverConfig: dns_resolver_options filter_unroutable_families
                query_timeout_seconds query_tries resolvers rotate_nameservers udp_max_queries
            envoy.extensions.stat_sinks.open_telemetry.v3
            SinkConfig: custom_metric_conversions emit_tags_as_attributes grpc_service
                http_service max_data_points_per_request prefix report_counters_as_deltas
                report_histograms_as_deltas resource_detectors use_tag_extracted_name
            envoy.extensions.transport_sockets.internal_upstream.v3
            InternalUpstreamTransport: passthrough_metadata transport_socket
            envoy.extensions.transport_sockets.proxy_protocol.v3
            ProxyProtocolUpstreamTransport: config tlv_as_pool_key transport_socket
            envoy.extensions.transport_sockets.quic.v3
            QuicDownstreamTransport: downstream_tls_context enable_early_data
            envoy.extensions.transport_sockets.tls.v3
            CertificateValidationContext: allow_expired_certificate crl custom_validator_config
                match_subject_alt_names match_typed_subject_alt_names max_verify_depth
                only_verify_leaf_cert_crl require_signed_certificate_timestamp
                trust_chain_verification trusted_ca verify_certificate_hash
                verify_certificate_spki watched_directory
            CommonTlsContext: alpn_protocols combined_validation_context
                tls_certificate_sds_secret_configs tls_certificates tls_params validation_context
                validation_context_sds_secret_config
            CommonTlsContext.CombinedCertificateValidationContext: default_validation_context
                validation_context_sds_secret_config
            DownstreamTlsContext: common_tls_context disable_stateful_session_resumption
                disable_stateless_session_resumption full_scan_certs_on_sni_mismatch
                require_client_certificate session_ticket_keys
                session_ticket_keys_sds_secret_config session_timeout
            GenericSecret: secret
            SPIFFECertValidatorConfig: trust_bundles trust_domains
            SPIFFECertValidatorConfig.TrustDomain: name trust_bundle
            SdsSecretConfig: name sds_config
            Secret: generic_secret name session_ticket_keys tls_certificate validation_context
            SubjectAltNameMatcher: matcher san_type
            TlsCertificate: certificate_chain private_key watched_directory
            TlsParameters: cipher_suites ecdh_curves tls_maximum_protocol_version
                tls_minimum_protocol_version
            TlsSessionTicketKeys: keys
            UpstreamTlsContext: allow_renegotiation auto_host_sni auto_sni_san_validation
                common_tls_context enforce_rsa_key_usage max_session_keys sni
            envoy.extensions.upstreams.http.v3
            HttpProtocolOptions: auto_config common_http_protocol_options explicit_http_config
                outlier_detection upstream_http_protocol_options use_downstream_protocol_config
            HttpProtocolOptions.AutoHttpConfig: http2_protocol_options http_protocol_options
            HttpProtocolOptions.ExplicitHttpConfig: http2_protocol_options http_protocol_options
            HttpProtocolOptions.OutlierDetection: error_matcher
            HttpProtocolOptions.UseDownstreamHttpConfig: http2_protocol_options
                http3_protocol_options http_protocol_options
            envoy.service.runtime.v3
            Runtime: layer name
            envoy.type.http.v3
            Cookie: name path ttl
            envoy.type.matcher.v3
            ListStringMatcher: patterns
            MetadataMatcher: filter invert path value
            PathMatcher: path
            RegexMatchAndSubstitute: pattern substitution
            RegexMatcher: google_re2 regex
            StringMatcher: contains exact ignore_case prefix safe_regex suffix
            envoy.type.metadata.v3
            MetadataKey: key path
            MetadataKey.PathSegment: key
            MetadataKind: request
            envoy.type.tracing.v3
            CustomTag: environment literal metadata request_header tag value
            CustomTag.Metadata: default_value kind metadata_key
            envoy.type.v3
            FractionalPercent: denominator numerator
            HashPolicy: source_ip
            Int64Range: end start
            Percent: value
            Scope: enable_eviction prefix
            TokenBucket: fill_interval max_tokens tokens_per_fill
            xds.core.v3
            TypedExtensionConfig: name typed_config
            xds.type.matcher.v3
            Matcher: matcher_list on_no_match
            Matcher.MatcherList: matchers
            Matcher.MatcherList.FieldMatcher: on_match predicate
            Matcher.MatcherList.Predicate: single_predicate
            Matcher.MatcherList.Predicate.SinglePredicate: custom_match input value_match
            Matcher.OnMatch: action
            StringMatcher: contains exact prefix suffix
            """;

    private static final Map<String, Set<String>> BY_MESSAGE = read();

    private OwnFields() {}

    /// Those of a message; empty where the proxy judges the message as a whole, or not at all.
    ///
    /// @param message its full name
    static Optional<Set<String>> of(String message) {
        return Optional.ofNullable(BY_MESSAGE.get(message));
    }

    /// A line without a colon names the package of the messages to come; one that begins with a
    /// space belongs to the line before.
    private static Map<String, Set<String>> read() {
        var all = new HashMap<String, Set<String>>();
        String of = "";
        for (String line : TEXT.replace("\n ", " ").lines().toList()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                of = line + ".";
            } else {
                String fields = line.substring(colon + 1).strip();
                all.put(
                        of + line.substring(0, colon),
                        fields.isEmpty() ? Set.of() : Set.of(fields.split(" +", -1)));
            }
        }
        return Map.copyOf(all);
    }
}
