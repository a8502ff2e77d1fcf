package dev.heddle.proxy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is asked of the transcoder, beside Envoy.
///
/// This file is long because it is a table.
final class TranscoderCalls {
    private TranscoderCalls() {}

    /// A configuration.
    enum Listener {
        PLAIN("DESCRIPTORS, services: [shop.Shop]"),
        STRICT(
                """
                DESCRIPTORS, services: [shop.Shop], auto_mapping: true, convert_grpc_status: true, \
                request_validation_options: {reject_unknown_method: true, \
                reject_unknown_query_parameters: true, reject_binding_body_field_collisions: true}\
                """),
        LENIENT(
                """
                DESCRIPTORS, services: [shop.Shop], ignored_query_parameters: [text, key], \
                ignore_unknown_query_parameters: true, case_insensitive_enum_parsing: true, \
                query_param_unescape_plus: true, match_unregistered_custom_verb: true, \
                url_unescape_spec: ALL_CHARACTERS_EXCEPT_SLASH, print_options: \
                {add_whitespace: true, always_print_primitive_fields: true, \
                always_print_enums_as_ints: true, preserve_proto_field_names: true}\
                """),
        LINES(
                """
                DESCRIPTORS, services: [shop.Shop], capture_unknown_query_parameters: true, \
                url_unescape_spec: ALL_CHARACTERS, max_request_body_size: 100, \
                max_response_body_size: 150, convert_grpc_status: true, \
                print_options: {stream_newline_delimited: true}\
                """),
        EVENTS(
                """
                DESCRIPTORS, services: [shop.Shop], match_incoming_request_route: true, \
                capture_unknown_query_parameters: true, \
                print_options: {stream_newline_delimited: true, stream_sse_style_delimited: true, \
                add_whitespace: true}\
                """,
                "",
                "/"),
        ROUTE("DESCRIPTORS, services: []", "DESCRIPTORS, services: [shop.Shop]", "/echo"),
        OFF("DESCRIPTORS, services: [shop.Shop]", "DESCRIPTORS, services: []", "/"),
        FILE("DESCRIPTORS, services: [shop.Shop]");

        private final String config;
        private final String routeConfig;
        private final String prefix;

        Listener(String config) {
            this(config, "", "/");
        }

        Listener(String config, String routeConfig, String prefix) {
            this.config = config;
            this.routeConfig = routeConfig;
            this.prefix = prefix;
        }

        /// Of the filter.
        String config() {
            return config;
        }

        /// Of the filter in the route; empty for none.
        String routeConfig() {
            return routeConfig;
        }

        /// Of the route to the server.
        String prefix() {
            return prefix;
        }
    }

    /// A request.
    ///
    /// @param headers lines
    /// @param body one character a byte
    record Call(Listener listener, String method, String path, String headers, String body) {}

    private static Call get(String path) {
        return new Call(Listener.PLAIN, "GET", path, "", "");
    }

    private static Call get(Listener listener, String path) {
        return new Call(listener, "GET", path, "", "");
    }

    private static Call post(String path, String body) {
        return post(Listener.PLAIN, path, body);
    }

    private static Call post(Listener listener, String path, String body) {
        return new Call(listener, "POST", path, "content-type: application/json\r\n", body);
    }

    private static Call put(String path, String body) {
        return new Call(Listener.PLAIN, "PUT", path, "content-type: application/json\r\n", body);
    }

    static Map<String, Call> all() {
        var calls = new LinkedHashMap<String, Call>();
        paths(calls);
        queries(calls);
        bodies(calls);
        values(calls);
        knownTypes(calls);
        hostile(calls);
        streams(calls);
        raw(calls);
        errors(calls);
        configurations(calls);
        return calls;
    }

    private static void each(Map<String, Call> calls, String what, List<Call> some) {
        for (Call call : some) {
            String body = call.body().length() > 60 ? call.body().substring(0, 60) : call.body();
            calls.put(
                    what
                            + ": "
                            + call.listener()
                            + " "
                            + call.method()
                            + " "
                            + call.path()
                            + " "
                            + body
                            + " #"
                            + calls.size(),
                    call);
        }
    }

    private static void paths(Map<String, Call> calls) {
        each(
                calls,
                "path",
                List.of(
                        get("/v1/shelves/7"),
                        get("/v1/shelves/special"),
                        get("/v1/shelves/7/"),
                        get("/v1/shelves//7"),
                        get("/v1/shelves/a%2Fb%20c%zz%4"),
                        get("/v1/shelves/a:b"),
                        get("/v1/shelves/7/books/8:read"),
                        get("/v1/shelves/7/books/8"),
                        post("/v1/shelves/7:merge", "{\"other\":\"x\"}"),
                        post("/v1/shelves/7:merge", ""),
                        post("/v1/shelves/7:split", "{}"),
                        get("/v1/all/a/b/c%2Fd%20%23%2523"),
                        get("/v1/all"),
                        get("/v1/all/"),
                        get("/v1/paths/a/end/b/end"),
                        get("/v1/paths/end"),
                        get("/v1/plain/%ff/%C3%BC"),
                        get("/v1/plain/a%2fb/c%3Ad"),
                        get("/twice/a"),
                        new Call(Listener.PLAIN, "REPORT", "/echo/x", "", ""),
                        new Call(Listener.PLAIN, "DELETE", "/echo/deep/-12", "", ""),
                        new Call(Listener.PLAIN, "DELETE", "/echo/deep/12x", "", ""),
                        new Call(Listener.PLAIN, "PATCH", "/echo/t", "", "{\"int32\":3}"),
                        new Call(Listener.PLAIN, "PATCH", "/echo/t", "", "{\"text\":\"u\"}"),
                        new Call(Listener.PLAIN, "OPTIONS", "/any/x", "", ""),
                        new Call(Listener.PLAIN, "HEAD", "/fail/5", "", ""),
                        get("/nothing"),
                        post(Listener.STRICT, "/shop.Shop/Unmapped", "{\"int32\":3}"),
                        get(Listener.STRICT, "/elsewhere"),
                        get(Listener.STRICT, "/echo/none"),
                        get("/nobody")));
    }

    private static void queries(Map<String, Call> calls) {
        each(
                calls,
                "query",
                List.of(
                        get("/echo?text=a%20b+c&int32=5&inner.inner.bool=true"),
                        get("/echo?texts=a&texts=b&int32s=1&int32s=-2"),
                        get("/echo?anotherName=n&bool=yes&float=1.5&double=-1e300"),
                        get("/echo?other_name=n&color=COLOR_RED&bytes=aGk%3D"),
                        get("/echo?color=2&color=1"),
                        get("/echo?time=2026-12-01T10:00:00.5%2B01:00&duration=1.5s"),
                        get("/echo?int64_value=5&string_value=s&mask=a.bC,d"),
                        get("/echo?text=a&text=b"),
                        get("/echo?int32="),
                        get("/echo?int32=%205"),
                        get("/echo?int32=+5"),
                        get("/echo?=5&&text&text=x"),
                        get("/echo?inner=5"),
                        get("/echo?numbers=5"),
                        get("/echo?text=%ff%fe"),
                        get("/echo?t%65xt=x"),
                        get("/echo?one_text=a&one_number=1"),
                        get("/echo?maybe=1&maybe=2"),
                        get(Listener.STRICT, "/echo?nothing=1"),
                        get(Listener.STRICT, "/echo?inner.nothing=1"),
                        get(Listener.STRICT, "/echo?text.nothing=1"),
                        get(Listener.STRICT, "/echo?.=1"),
                        get(Listener.LENIENT, "/echo?nothing=1&text=x&key=2&int32=1"),
                        get(Listener.LENIENT, "/echo?other_name=a+b%2Bc&color=color_dark-blue"),
                        get(Listener.LINES, "/echo?nothing=1&int32=3")));
    }

    private static void bodies(Map<String, Call> calls) {
        each(
                calls,
                "body",
                List.of(
                        post("/echo", "{}"),
                        post("/echo", ""),
                        post("/echo", "  "),
                        post("/echo", "{\"unknown\":{\"a\":[1,{}]},\"int32\":1}"),
                        post("/echo?text=q", "{\"int32\":1,}"),
                        post("/echo", "{'text':'a',int32:1,}"),
                        post("/echo", "{\"anotherName\":\"a\",\"PascalName\":\"p\"}"),
                        post("/echo", "{\"other_name\":\"a\",\"pascalName\":\"p\"}"),
                        put("/echo/inner", "{\"text\":\"in\"}"),
                        put("/echo/inner?text=out&inner.int32=4", "{\"text\":\"in\"}"),
                        put("/echo/deep?inner.text=x", "{\"text\":\"in\"}"),
                        put("/echo/texts", "[\"a\",\"b\"]"),
                        put("/echo/texts?texts=q", "[\"a\",\"b\"]"),
                        put("/echo/number", "\"5\""),
                        put("/echo/number?text=a", "{}"),
                        put("/echo/time", "\"2026-12-01T10:00:00Z\""),
                        put("/echo/value", "[1,\"a\",null,{\"b\":[]}]"),
                        put("/echo/inner", ""),
                        post("/echo?texts=q&int32=9", "{\"texts\":[\"a\"],\"int32\":1}"),
                        post("/echo?texts=q", "{\"texts\":\"a\"}"),
                        post("/echo?inner.text=q", "{\"inner\":{\"int32\":1}}"),
                        post("/echo?inner.text=q", "{\"inner\":{\"text\":\"b\"}}"),
                        post(Listener.STRICT, "/echo?int32=9", "{\"int32\":9}"),
                        post(Listener.STRICT, "/echo?int32=9", "{\"int32\":1}"),
                        post(Listener.STRICT, "/echo?int64=-9", "{\"int64\":-9}"),
                        post(Listener.STRICT, "/echo?text=a", "{\"text\":\"b\"}"),
                        post(Listener.STRICT, "/echo?bool=true", "{\"bool\":false}"),
                        post(Listener.STRICT, "/echo?double=1.5", "{\"double\":1.5}"),
                        post(Listener.STRICT, "/echo?double=x", "{\"double\":1.5}"),
                        post(Listener.LENIENT, "/echo", "{\"color\":\"color_dark-blue\"}"),
                        post("/echo", "{\"color\":\"color_red\"}"),
                        post(Listener.LENIENT, "/echo", "{\"inners\":[{},{\"int32\":1}]}"),
                        post("/old", "{\"id\":1,\"numbers\":[1,2],\"inner\":{\"id\":2}}"),
                        post("/old", "{\"name\":\"x\"}"),
                        post("/old", "{\"id\":1,\"inner\":{}}"),
                        post(Listener.LENIENT, "/old", "{\"id\":0}")));
    }

    private static void values(Map<String, Call> calls) {
        each(
                calls,
                "value",
                List.of(
                        post(
                                "/echo",
                                "{\"int32\":-5,\"int64\":\"-9223372036854775808\",\"uint32\":"
                                        + "4294967295,"
                                        + "\"uint64\":18446744073709551615,\"sint32\":-1,"
                                        + "\"sint64\":\"-2\",\"fixed32\":1,\"fixed64\":\"2\","
                                        + "\"sfixed32\":-3,\"sfixed64\":-4,\"float\":0.1,"
                                        + "\"double\":0.1,\"bool\":true,\"text\":\"t\",\"bytes\":"
                                        + "\"AAEC/w==\",\"color\":\"COLOR_RED\"}"),
                        post("/echo", "{\"int32\":5.0,\"uint32\":1e3,\"int64\":\"1\"}"),
                        post("/echo", "{\"int32\":5.5}"),
                        post("/echo", "{\"int32\":2147483648}"),
                        post("/echo", "{\"uint32\":-1}"),
                        post("/echo", "{\"uint64\":\"18446744073709551616\"}"),
                        post("/echo", "{\"int64\":1e30}"),
                        post("/echo", "{\"int64\":9223372036854775808}"),
                        post("/echo", "{\"uint64\":1e19}"),
                        post("/echo", "{\"int32\":true}"),
                        post("/echo", "{\"int32\":\"abc\"}"),
                        post("/echo", "{\"int32\":\"0x10\"}"),
                        post("/echo", "{\"int32\":\"1e3\"}"),
                        post("/echo", "{\"int32\":null,\"text\":null,\"inner\":null}"),
                        post("/echo", "{\"text\":5}"),
                        post("/echo", "{\"text\":true}"),
                        post("/echo", "{\"text\":{}}"),
                        post("/echo", "{\"text\":[]}"),
                        post("/echo", "{\"bool\":\"yes\"}"),
                        post("/echo", "{\"bool\":1}"),
                        post("/echo", "{\"bool\":\"maybe\"}"),
                        post("/echo", "{\"float\":1e39}"),
                        post("/echo", "{\"float\":3.4028235e38,\"double\":1.7976931348623157e308}"),
                        post("/echo", "{\"float\":\"NaN\",\"double\":\"-Infinity\"}"),
                        post("/echo", "{\"double\":\"nan\"}"),
                        post("/echo", "{\"double\":\"0x10\"}"),
                        post("/echo", "{\"double\":\"1e999\"}"),
                        post("/echo", "{\"double\":1e999}"),
                        post("/echo", "{\"double\":-0.0,\"float\":-0}"),
                        post(
                                "/echo",
                                "{\"doubles\":[1e15,1e16,123456789012345678,1e-5,0.0001,"
                                        + "1.5e-7,1e100,3.141592653589793,100,1e21]}"),
                        post("/echo", "{\"float\":16777216}"),
                        post("/echo", "{\"float\":1.17549435e-38}"),
                        post("/echo", "{\"bytes\":\"_-8=\"}"),
                        post("/echo", "{\"bytes\":\"/+8\"}"),
                        post("/echo", "{\"bytes\":\"_+8\"}"),
                        post("/echo", "{\"bytes\":\"A\"}"),
                        post("/echo", "{\"bytes\":\"AB==\"}"),
                        post("/echo", "{\"bytes\":\"AA=\"}"),
                        post("/echo", "{\"bytes\":\"A A\\nA=\"}"),
                        post("/echo", "{\"color\":2}"),
                        post("/echo", "{\"color\":99}"),
                        post("/echo", "{\"color\":\"1\"}"),
                        post("/echo", "{\"color\":\"99\"}"),
                        post("/echo", "{\"color\":\"COLOR_NOT\"}"),
                        post("/echo", "{\"color\":1.5}"),
                        post("/echo", "{\"colors\":[\"COLOR_RED\",2,0]}"),
                        post("/echo", "{\"texts\":\"one\",\"int32s\":7}"),
                        post("/echo", "{\"int32s\":[1,\"2\",null,3]}"),
                        post("/echo", "{\"int32s\":[1,\"x\",3]}"),
                        post("/echo", "{\"int32s\":[[1]]}"),
                        post("/echo", "{\"inners\":[{\"int32s\":[\"x\"]}]}"),
                        post("/echo", "{\"inners\":[{},{\"int32\":\"x\"}]}"),
                        post("/echo", "{\"inners\":{\"int32\":1}}"),
                        post("/echo", "{\"numbers\":{\"a\":1,\"b\":\"2\"}}"),
                        post("/echo", "{\"numbers\":{\"a\":\"x\"}}"),
                        post("/echo", "{\"numbers\":{\"a\":1,\"a\":2}}"),
                        post("/echo", "{\"numbers\":[1]}"),
                        post("/echo", "{\"numbers\":{\"a\":[1]}}"),
                        post("/echo", "{\"numbers\":{\"a\":[]}}"),
                        post("/echo", "{\"byNumber\":{\"5\":\"a\",\"-1\":\"b\"}}"),
                        post("/echo", "{\"byNumber\":{\"x\":\"a\"}}"),
                        post("/echo", "{\"byTruth\":{\"true\":{\"int32\":1},\"false\":{}}}"),
                        post("/echo", "{\"colorMap\":{\"a\":\"COLOR_RED\",\"b\":99}}"),
                        post("/echo", "{\"oneText\":\"a\"}"),
                        post("/echo", "{\"oneText\":\"a\",\"oneNumber\":1}"),
                        post("/echo", "{\"oneText\":null,\"oneNumber\":1}"),
                        post("/echo", "{\"maybe\":0}"),
                        post("/echo", "{\"maybe\":0,\"maybe\":1}"),
                        post("/echo", "{\"int32\":0,\"int32\":1}"),
                        post(
                                "/echo",
                                "{\"text\":\"<a>&\\u0001\\u007f\\u00ad\\u2028\\ud83d\\ude00"
                                        + "\\n\\/\\\"\\v\\q\"}"),
                        post("/echo", "{\"text\":\"\u00c3\u00bc \u00f0\u009f\u0098\u0080\"}")));
    }

    private static void knownTypes(Map<String, Call> calls) {
        each(
                calls,
                "known",
                List.of(
                        post("/echo", "{\"time\":\"2026-12-01T10:00:00.123456789Z\"}"),
                        post("/echo", "{\"time\":\"0001-01-01T00:00:00Z\"}"),
                        post("/echo", "{\"time\":\"1969-12-31T23:59:59.1+23:59\"}"),
                        post("/echo", "{\"time\":\"2026-12-01\"}"),
                        post("/echo", "{\"time\":\"2026-02-30T00:00:00Z\"}"),
                        post("/echo", "{\"time\":\"2026-13-01T00:00:00Z\"}"),
                        post("/echo", "{\"time\":\"10000-01-01T00:00:00Z\"}"),
                        post("/echo", "{\"time\":\"2026-12-01T10:00:00.1234567890Z\"}"),
                        post("/echo", "{\"time\":\"2026-12-01T10:00:00.xZ\"}"),
                        post("/echo", "{\"time\":\"yesterday\"}"),
                        post("/echo", "{\"time\":5}"),
                        post("/echo", "{\"time\":null}"),
                        post("/echo", "{\"time\":{\"seconds\":5,\"nanos\":1}}"),
                        post("/echo", "{\"times\":[\"2026-12-01T10:00:00Z\",null]}"),
                        post("/echo", "{\"timeMap\":{\"a\":\"2026-12-01T10:00:00Z\"}}"),
                        post("/echo", "{\"timeMap\":{\"a\":\"x\"}}"),
                        post("/echo", "{\"duration\":\"-1.000001s\"}"),
                        post("/echo", "{\"duration\":\"315576000000s\"}"),
                        post("/echo", "{\"duration\":\"315576000001s\"}"),
                        post("/echo", "{\"duration\":\"1\"}"),
                        post("/echo", "{\"duration\":\"xs\"}"),
                        post("/echo", "{\"mask\":\"a,bC.dE,f(g,h(i)),x\"}"),
                        post("/echo", "{\"mask\":\"a(b\"}"),
                        post("/echo", "{\"mask\":\"a)\"}"),
                        post("/echo", "{\"mask\":\"a[\\\"bC\\\"].d\"}"),
                        post(
                                "/echo",
                                "{\"struct\":{\"a\":1,\"b\":[true,null,\"x\",{\"c\":{}},[]],"
                                        + "\"d\":null}}"),
                        post("/echo", "{\"struct\":5}"),
                        post("/echo", "{\"struct\":[1]}"),
                        post("/echo", "{\"value\":null}"),
                        post("/echo", "{\"value\":1.5}"),
                        post("/echo", "{\"value\":{\"a\":[1]}}"),
                        post("/echo", "{\"values\":[1,null,[2],{\"a\":3}]}"),
                        post("/echo", "{\"valueMap\":{\"a\":1,\"b\":null,\"c\":{},\"d\":[1]}}"),
                        post("/echo", "{\"list\":[1,[2],{}]}"),
                        post("/echo", "{\"list\":5}"),
                        post(
                                "/echo",
                                "{\"int64Value\":\"5\",\"stringValue\":\"\",\"boolValue\":false,"
                                        + "\"doubleValue\":0,\"bytesValue\":\"AA==\"}"),
                        post("/echo", "{\"int64Value\":\"x\"}"),
                        post("/echo", "{\"stringValue\":null,\"nullValue\":null}"),
                        post("/echo", "{\"nullValue\":\"NULL_VALUE\"}"),
                        post(
                                "/echo",
                                "{\"any\":{\"@type\":\"type.googleapis.com/shop.Named\","
                                        + "\"name\":\"n\"}}"),
                        post(
                                "/echo",
                                "{\"any\":{\"name\":\"n\",\"other\":\"o\",\"@type\":"
                                        + "\"type.googleapis.com/shop.Named\"}}"),
                        post(
                                "/echo",
                                "{\"any\":{\"@type\":\"type.googleapis.com/google.protobuf"
                                        + ".Duration\",\"value\":\"1.5s\"}}"),
                        post(
                                "/echo",
                                "{\"any\":{\"@type\":\"type.googleapis.com/google.protobuf"
                                        + ".Struct\",\"value\":{\"a\":1}}}"),
                        post(
                                "/echo",
                                "{\"anys\":[{\"@type\":\"type.googleapis.com/google.protobuf"
                                        + ".Value\",\"value\":[1,2]},{\"@type\":"
                                        + "\"type.googleapis.com/google.protobuf.Any\",\"value\":"
                                        + "{\"@type\":\"type.googleapis.com/shop.Named\","
                                        + "\"name\":\"x\"}}]}"),
                        post(
                                "/echo",
                                "{\"any\":{\"@type\":\"type.googleapis.com/google.protobuf"
                                        + ".Duration\",\"seconds\":1}}"),
                        post("/echo", "{\"any\":{\"@type\":\"type.googleapis.com/not.There\"}}"),
                        post("/echo", "{\"any\":{\"@type\":\"elsewhere/shop.Named\"}}"),
                        post("/echo", "{\"any\":{\"name\":\"n\"}}"),
                        post("/echo", "{\"any\":{\"@type\":5}}"),
                        post("/echo", "{\"any\":{}}"),
                        post("/echo", "{\"any\":5}")));
    }

    private static void hostile(Map<String, Call> calls) {
        each(
                calls,
                "hostile",
                List.of(
                        post("/echo", "INVALID"),
                        post("/echo", "{"),
                        post("/echo", "}"),
                        post("/echo", "[1]"),
                        post("/echo", "5"),
                        post("/echo", "\"a\""),
                        post("/echo", "null"),
                        post("/echo", "{\"int32\":1} x"),
                        post("/echo", "{\"int32\":1}{"),
                        post("/echo", "{\"int32\" 1}"),
                        post("/echo", "{\"int32\":1 \"text\":2}"),
                        post("/echo", "{\"int32\":}"),
                        post("/echo", "{\"int32\":tru}"),
                        post("/echo", "{\"int32\":nul"),
                        post("/echo", "{\"int32\":01}"),
                        post("/echo", "{\"int32\":-01}"),
                        post("/echo", "{\"int32\":0x10}"),
                        post("/echo", "{\"int32\":1-2}"),
                        post("/echo", "{\"int32\":--1}"),
                        post("/echo", "{\"int32\":1.e}"),
                        post("/echo", "{\"int32\":5."),
                        post("/echo", "{\"text\":\"abc"),
                        post("/echo", "{\"text\":\"abc\\"),
                        post("/echo", "{\"text\":\"\\u12\"}"),
                        post("/echo", "{\"text\":\"\\u12x4\"}"),
                        post("/echo", "{\"text\":\"\\ud83d\"}"),
                        post("/echo", "{\"text\":\"\\ud83d\\u0041\"}"),
                        post("/echo", "{\"text\":\"\\ude00 and more behind it\"}"),
                        post("/echo", "{true:1}"),
                        post("/echo", "{trueish:1,nullable:2,text:'x'}"),
                        post("/echo", "{5:1}"),
                        post("/echo", "{,}"),
                        post("/echo", "{\"texts\":[1 2]}"),
                        post("/echo", "{\"texts\":[,]}"),
                        post("/echo", "{\"texts\":[\"a\",]}"),
                        post("/echo", "{\"texts\":[\"a\"}"),
                        post("/echo", "{\"text\":\"0123456789012345678901234567890\",!}"),
                        post("/echo", "{\"inner\":".repeat(99) + "{}" + "}".repeat(99)),
                        post("/echo", "{\"inner\":".repeat(100) + "{}" + "}".repeat(100)),
                        post("/echo", "{\"inner\":".repeat(50_000)),
                        post("/echo", "[".repeat(101)),
                        post("/echo", "{\"x\":" + "[".repeat(98) + "]".repeat(98) + "}"),
                        post("/echo", "{\"x\":" + "[".repeat(50_000)),
                        post("/echo", "{\"value\":" + "[".repeat(90) + "]".repeat(90) + "}"),
                        post("/echo", "{\"value\":" + "[".repeat(30) + "]".repeat(30) + "}"),
                        post("/echo", "{\"unknown\":{\"a\":" + "\"b\"".repeat(3) + "}}"),
                        new Call(
                                Listener.PLAIN,
                                "POST",
                                "/echo",
                                "content-type: application/grpc\r\n",
                                ""),
                        get("/bytes/7202ffff"),
                        get("/bytes/08010802"),
                        get("/bytes/f80f01"),
                        get("/bytes/82020911000000000000f87f"),
                        get("/bytes/92020f0a0d6e6f7468696e672f5468657265"),
                        get("/bytes/e2010608808080807f"),
                        get("/bytes/9a01020102"),
                        get("/bytes/"),
                        get("/streamedbytes/7202ffff")));
    }

    private static void streams(Map<String, Call> calls) {
        each(
                calls,
                "stream",
                List.of(
                        get("/many/0"),
                        get("/many/1"),
                        get("/many/3"),
                        get(Listener.LENIENT, "/many/2"),
                        get(Listener.LINES, "/many/0"),
                        get(Listener.LINES, "/many/3"),
                        get(Listener.EVENTS, "/many/0"),
                        get(Listener.EVENTS, "/many/3"),
                        post("/collect/a", "[{\"int32\":1},{\"text\":\"x\"},{}]"),
                        post("/collect/a?int32=7", "[{\"int32\":1},{}]"),
                        post("/collect/a", "[]"),
                        post("/collect/a", ""),
                        post("/collect/a", "{}"),
                        post("/collect/a", "5"),
                        post("/collect/a", "[5]"),
                        post("/collect/a", "[[]]"),
                        post("/collect/a", "[{},{\"int32\":\"x\"}]"),
                        post("/collect/a", "[{}"),
                        post("/collect/a", "[{}] x"),
                        post(Listener.LENIENT, "/collect/a", "[{\"color\":\"color_red\"}]"),
                        get("/collect"),
                        post("/chat", "[{\"int32\":1},{\"int32\":2}]"),
                        post("/chat", "[]"),
                        post(Listener.LINES, "/chat", "[{\"int32\":1},{\"int32\":2}]")));
    }

    private static void raw(Map<String, Call> calls) {
        String text = "content-type: text/x-a; b=c\r\n";
        each(
                calls,
                "raw",
                List.of(
                        new Call(Listener.PLAIN, "POST", "/raw", text, "not \u00ff json"),
                        new Call(Listener.PLAIN, "POST", "/raw", "", "x"),
                        new Call(Listener.PLAIN, "POST", "/raw", text, ""),
                        get("/raw"),
                        new Call(Listener.PLAIN, "POST", "/raw?content_type=x", text, "y"),
                        new Call(Listener.PLAIN, "POST", "/raw/n?note=hi", text, "body"),
                        new Call(Listener.PLAIN, "POST", "/raw/n?body.data=hi", text, "body"),
                        new Call(Listener.STRICT, "POST", "/raw/n?nothing=hi", text, "body"),
                        new Call(Listener.EVENTS, "POST", "/rawin/n?no=hi&no=ho", text, "body"),
                        new Call(Listener.EVENTS, "POST", "/rawin/n?no.a=%20", text, "body"),
                        new Call(Listener.PLAIN, "POST", "/rawin/n?note=hi", text, "body"),
                        new Call(Listener.PLAIN, "POST", "/rawin/n", text, ""),
                        get("/rawout/0"),
                        get("/rawout/1"),
                        get("/rawout/3"),
                        get(Listener.EVENTS, "/rawout/2")));
    }

    private static void errors(Map<String, Call> calls) {
        for (int code = 1; code <= 17; code++) {
            each(calls, "error", List.of(get("/fail/" + code + "?message=no%20way%25%C3%BC")));
        }
        each(
                calls,
                "error",
                List.of(
                        get(Listener.STRICT, "/fail/5?message=no%20way%25%C3%BC"),
                        get(Listener.STRICT, "/fail/3"),
                        get(Listener.STRICT, "/fail/7?detailed=true"),
                        get("/fail/7?detailed=true"),
                        get("/faillate/7?message=x"),
                        get(Listener.STRICT, "/faillate/7?message=x"),
                        get(Listener.EVENTS, "/faillate/7?message=x"),
                        get("/twice/x"),
                        post("/collect/a?int32=x", "[{}]")));
    }

    private static void configurations(Map<String, Call> calls) {
        each(
                calls,
                "configuration",
                List.of(
                        post(Listener.LENIENT, "/echo", "{\"int32\":1}"),
                        post(Listener.LENIENT, "/echo", "{\"numbers\":{\"a\":0},\"texts\":[\"\"]}"),
                        get(Listener.LENIENT, "/v1/shelves/a:b"),
                        get(Listener.LENIENT, "/v1/all/a%2Fb%23%20/c"),
                        get(Listener.LINES, "/v1/all/a%2Fb%23%20/c"),
                        post(Listener.LINES, "/echo", "{\"text\":\"" + "x".repeat(85) + "\"}"),
                        post(Listener.LINES, "/echo", "{\"text\":\"" + "x".repeat(95) + "\"}"),
                        new Call(Listener.LINES, "POST", "/raw", "", "x".repeat(100)),
                        new Call(Listener.LINES, "POST", "/raw", "", "x".repeat(101)),
                        get(Listener.LINES, "/echo?text=" + "x".repeat(140)),
                        get(Listener.LINES, "/echo?text=" + "x".repeat(160)),
                        post(Listener.ROUTE, "/echo", "{\"int32\":1}"),
                        get(Listener.ROUTE, "/v1/shelves/7"),
                        post(Listener.EVENTS, "/echo", "{\"int32\":1}"),
                        post(Listener.OFF, "/echo", "{\"int32\":1}"),
                        post(Listener.FILE, "/echo", "{\"int32\":1}")));
    }
}
