package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.filter.HttpFilter;
import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.filter.transcoder.Transcoder;
import dev.heddle.proxy.filter.transcoder.TranscoderFilter;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// JSON over HTTP for services of gRPC as a filter
/// (`envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder`), in whose place
/// routes may have another of it. One without services does nothing.
final class TranscoderType implements HttpFilterType<TranscoderType.Configured> {
    /// Descriptors of some thousand messages have less.
    private static final long LARGEST_FILE = 16L << 20;

    /// What is configured.
    ///
    /// @param transcoder empty for nothing
    record Configured(Optional<Transcoder> transcoder) {}

    @Override
    public String typeUrl() {
        return "type.googleapis.com/"
                + "envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder";
    }

    @Override
    public Configured parse(Any config) {
        return Findings.read(config, GrpcJsonTranscoder.getDefaultInstance(), TranscoderType::read);
    }

    @Override
    public HttpFilter create(Configured config, FilterContext context) {
        return new TranscoderFilter(config.transcoder().orElse(null));
    }

    private static Configured read(GrpcJsonTranscoder said, Findings findings) {
        findings.fields(
                "",
                said,
                Set.of(
                        "proto_descriptor",
                        "proto_descriptor_bin",
                        "services",
                        "print_options",
                        "match_incoming_request_route",
                        "ignored_query_parameters",
                        "auto_mapping",
                        "ignore_unknown_query_parameters",
                        "convert_grpc_status",
                        "url_unescape_spec",
                        "query_param_unescape_plus",
                        "match_unregistered_custom_verb",
                        "request_validation_options",
                        "case_insensitive_enum_parsing",
                        "max_request_body_size",
                        "max_response_body_size",
                        "capture_unknown_query_parameters"));
        if (said.getDescriptorSetCase()
                == GrpcJsonTranscoder.DescriptorSetCase.DESCRIPTORSET_NOT_SET) {
            findings.reject("", "no proto_descriptor_bin and no proto_descriptor (expected: one)");
        }
        Transcoder.Strictness strictness = strictness(said, findings);
        Transcoder.Printing printing = printing(said.getPrintOptions(), findings);
        var behavior =
                new Transcoder.Behavior(
                        said.getMatchIncomingRequestRoute(),
                        said.getConvertGrpcStatus(),
                        said.getCaseInsensitiveEnumParsing(),
                        most(
                                "max_request_body_size",
                                said.hasMaxRequestBodySize(),
                                said.getMaxRequestBodySize().getValue(),
                                findings),
                        most(
                                "max_response_body_size",
                                said.hasMaxResponseBodySize(),
                                said.getMaxResponseBodySize().getValue(),
                                findings));
        Transcoder.Decoding.Left left =
                switch (said.getUrlUnescapeSpec()) {
                    case ALL_CHARACTERS_EXCEPT_RESERVED -> Transcoder.Decoding.Left.RESERVED;
                    case ALL_CHARACTERS_EXCEPT_SLASH -> Transcoder.Decoding.Left.SLASH;
                    case ALL_CHARACTERS -> Transcoder.Decoding.Left.NOTHING;
                    case UNRECOGNIZED -> {
                        findings.reject("url_unescape_spec", "is unknown");
                        yield Transcoder.Decoding.Left.NOTHING;
                    }
                };
        if (said.getServicesCount() == 0 || findings.rejected()) {
            return new Configured(Optional.empty());
        }
        Optional<Bytes> descriptors = descriptors(said, findings);
        if (descriptors.isEmpty()) {
            return new Configured(Optional.empty());
        }
        try {
            return new Configured(
                    Optional.of(
                            Transcoder.of(
                                    descriptors.get(),
                                    new Transcoder.Mapping(
                                            said.getServicesList(),
                                            said.getAutoMapping(),
                                            Set.copyOf(said.getIgnoredQueryParametersList())),
                                    new Transcoder.Decoding(
                                            left,
                                            said.getQueryParamUnescapePlus(),
                                            said.getMatchUnregisteredCustomVerb()),
                                    strictness,
                                    printing,
                                    behavior)));
        } catch (IllegalArgumentException e) {
            findings.reject(source(said), String.valueOf(e.getMessage()));
            return new Configured(Optional.empty());
        }
    }

    private static String source(GrpcJsonTranscoder said) {
        return said.getDescriptorSetCase() == GrpcJsonTranscoder.DescriptorSetCase.PROTO_DESCRIPTOR
                ? "proto_descriptor"
                : "proto_descriptor_bin";
    }

    private static OptionalLong most(String path, boolean isSet, long bytes, Findings findings) {
        if (!isSet) {
            return OptionalLong.empty();
        }
        findings.range(path, bytes, 1, Integer.MAX_VALUE);
        return OptionalLong.of(bytes);
    }

    private static Transcoder.Strictness strictness(GrpcJsonTranscoder said, Findings findings) {
        var options = said.getRequestValidationOptions();
        findings.fields(
                "request_validation_options",
                options,
                Set.of(
                        "reject_unknown_method",
                        "reject_unknown_query_parameters",
                        "reject_binding_body_field_collisions"));
        return new Transcoder.Strictness(
                options.getRejectUnknownMethod(),
                options.getRejectUnknownQueryParameters(),
                options.getRejectBindingBodyFieldCollisions(),
                said.getIgnoreUnknownQueryParameters(),
                said.getCaptureUnknownQueryParameters());
    }

    private static Transcoder.Printing printing(
            GrpcJsonTranscoder.PrintOptions said, Findings findings) {
        findings.fields(
                "print_options",
                said,
                Set.of(
                        "add_whitespace",
                        "always_print_primitive_fields",
                        "always_print_enums_as_ints",
                        "preserve_proto_field_names",
                        "stream_newline_delimited",
                        "stream_sse_style_delimited"));
        return new Transcoder.Printing(
                said.getAddWhitespace(),
                said.getAlwaysPrintPrimitiveFields(),
                said.getAlwaysPrintEnumsAsInts(),
                said.getPreserveProtoFieldNames(),
                said.getStreamNewlineDelimited(),
                said.getStreamSseStyleDelimited());
    }

    private static Optional<Bytes> descriptors(GrpcJsonTranscoder said, Findings findings) {
        if (said.getDescriptorSetCase() != GrpcJsonTranscoder.DescriptorSetCase.PROTO_DESCRIPTOR) {
            return Optional.of(said.getProtoDescriptorBin());
        }
        String name = said.getProtoDescriptor();
        try {
            Path file = Path.of(name);
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                findings.reject(
                        "proto_descriptor",
                        size + " bytes in '" + name + "' (expected: at most " + LARGEST_FILE + ")");
                return Optional.empty();
            }
            return Optional.of(Bytes.of(Files.readAllBytes(file)));
        } catch (NoSuchFileException _) {
            findings.reject("proto_descriptor", "'" + name + "': no such file");
        } catch (IOException | IllegalArgumentException e) {
            findings.reject("proto_descriptor", "'" + name + "' cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }
}
