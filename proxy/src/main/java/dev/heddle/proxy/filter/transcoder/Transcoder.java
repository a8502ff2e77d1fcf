package dev.heddle.proxy.filter.transcoder;

import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Everything that a configuration says, made ready for requests; immutable, so that all workers
/// share it.
public final class Transcoder {
    /// How requests are read and answers are told, beside the descriptors.
    ///
    /// @param services full names, of which there is at least one
    /// @param areAllMapped whether a method without a rule is a POST to its own path
    /// @param ignoredParameters of queries, which say nothing
    public record Mapping(
            List<String> services, boolean areAllMapped, Set<String> ignoredParameters) {
        public Mapping {
            services = List.copyOf(services);
            ignoredParameters = Set.copyOf(ignoredParameters);
        }
    }

    /// What becomes of the bytes of paths and queries.
    public record Decoding(Left left, boolean isPlusSpace, boolean isAnyVerb) {
        /// What is left as it is in a value that is more than one segment of a path.
        public enum Left {
            RESERVED,
            SLASH,
            NOTHING
        }
    }

    /// What is done about requests that do not fit.
    ///
    /// @param isUnknownMethodRejected with 404; else they pass
    /// @param isUnknownParameterRejected with 400; else they pass
    /// @param isCollisionRejected whether path and body may not say different things of a field
    /// @param isUnknownParameterIgnored whether such a parameter says nothing
    /// @param isUnknownParameterCaptured whether it goes along in a `google.api.HttpBody`
    public record Strictness(
            boolean isUnknownMethodRejected,
            boolean isUnknownParameterRejected,
            boolean isCollisionRejected,
            boolean isUnknownParameterIgnored,
            boolean isUnknownParameterCaptured) {}

    /// How answers look.
    ///
    /// @param isSpaced with lines and indentation
    /// @param isComplete with fields that are not set
    /// @param areEnumsNumbers constants of enums as numbers
    /// @param areNamesKept fields by their names in the `.proto` file
    /// @param isByLine whether each message of a stream is a line; else they are a list
    /// @param isByEvent whether each is an event of a `text/event-stream`, which goes before
    public record Printing(
            boolean isSpaced,
            boolean isComplete,
            boolean areEnumsNumbers,
            boolean areNamesKept,
            boolean isByLine,
            boolean isByEvent) {}

    /// The rest.
    ///
    /// @param isRouteKept whether the request goes where it went before it was a call
    /// @param isStatusConverted whether an error without a body gets one
    /// @param isCaseIgnored of constants of enums
    /// @param mostRequestBytes absent for what a connection may hold
    /// @param mostResponseBytes absent for what a connection may hold
    public record Behavior(
            boolean isRouteKept,
            boolean isStatusConverted,
            boolean isCaseIgnored,
            OptionalLong mostRequestBytes,
            OptionalLong mostResponseBytes) {}

    /// A request that is a call.
    ///
    /// @param unknown parameters that are captured, with their values
    record Call(
            TranscodedMethod method, RequestMessages.Plan plan, Map<String, List<String>> unknown) {
        boolean isJson() {
            return !method.isRequestHttpBody();
        }
    }

    /// What a request is.
    sealed interface Match {
        record Is(Call call) implements Match {}

        record UnknownMethod(String message) implements Match {}

        record UnknownField(String message) implements Match {}

        /// It says the value of a field that is in more messages than may be in each other.
        record TooDeep(String message) implements Match {}
    }

    private final Types types;
    private final PathRules rules;
    private final Strictness strictness;
    private final Printing printing;
    private final Behavior behavior;
    private final JsonPrinter printer;

    private Transcoder(
            Types types,
            PathRules rules,
            Strictness strictness,
            Printing printing,
            Behavior behavior) {
        this.types = types;
        this.rules = rules;
        this.strictness = strictness;
        this.printing = printing;
        this.behavior = behavior;
        this.printer =
                new JsonPrinter(
                        types,
                        new JsonPrinter.Options(
                                printing.isSpaced(),
                                printing.isComplete(),
                                printing.areEnumsNumbers(),
                                printing.areNamesKept()));
    }

    /// Reads descriptors and makes rules of them.
    ///
    /// @param descriptors a `google.protobuf.FileDescriptorSet`
    /// @throws IllegalArgumentException when they are none, a service is not in them, or a rule
    ///   cannot be; naming it
    public static Transcoder of(
            Bytes descriptors,
            Mapping mapping,
            Decoding decoding,
            Strictness strictness,
            Printing printing,
            Behavior behavior) {
        Types types;
        try {
            types = Types.read(descriptors);
        } catch (WireException e) {
            throw new IllegalArgumentException(
                    "cannot be read: " + e.getMessage() + " (expected: a FileDescriptorSet)", e);
        }
        if (behavior.isStatusConverted()) {
            types = types.withStatus();
        }
        var rules =
                new PathRules(
                        switch (decoding.left()) {
                            case RESERVED -> UrlText.Left.RESERVED;
                            case SLASH -> UrlText.Left.SLASH;
                            case NOTHING -> UrlText.Left.NOTHING;
                        },
                        decoding.isPlusSpace(),
                        decoding.isAnyVerb(),
                        mapping.ignoredParameters());
        for (String service : mapping.services()) {
            List<Types.Method> methods = types.service(service);
            if (methods == null) {
                throw new IllegalArgumentException(
                        "service '"
                                + service
                                + "' is not in the descriptors (there: "
                                + String.join(", ", types.services())
                                + ")");
            }
            for (Types.Method method : methods) {
                add(types, method, mapping.areAllMapped(), rules);
            }
        }
        return new Transcoder(types, rules, strictness, printing, behavior);
    }

    private static void add(Types types, Types.Method method, boolean isMapped, PathRules rules) {
        HttpRule rule = method.rule();
        if (rule == null) {
            rule =
                    isMapped
                            ? new HttpRule("POST", method.path(), "*", "", List.of())
                            : HttpRule.NONE;
        }
        try {
            rules.add(rule, TranscodedMethod.of(types, method, rule));
        } catch (BadMessage | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "method '" + method.name() + "': " + e.getMessage(), e);
        }
    }

    Strictness strictness() {
        return strictness;
    }

    Printing printing() {
        return printing;
    }

    Behavior behavior() {
        return behavior;
    }

    JsonPrinter printer() {
        return printer;
    }

    /// The message that an error of gRPC is told by.
    MessageType status() {
        return types.known("google.rpc.Status");
    }

    /// Looks a request up.
    ///
    /// @param target the path with its query, one character a byte
    Match match(String method, String target) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        PathRules.Found found =
                rules.find(method, path, mark < 0 ? "" : target.substring(mark + 1));
        if (found == null) {
            return new Match.UnknownMethod("Could not resolve " + path + " to a method.");
        }
        TranscodedMethod of = found.method();
        var bindings = new ArrayList<Woven.Binding>();
        var unknown = new LinkedHashMap<String, List<String>>();
        for (PathRules.Said said : found.said()) {
            if (said.field().size() > JsonReader.MOST_DEEP) {
                return new Match.TooDeep(
                        "Message too deep. Max recursion depth reached for key '"
                                + said.field().getFirst()
                                + "'");
            }
            try {
                var field = FieldPaths.resolve(types, of.input(), said.field());
                int depth = of.requestBody().size();
                boolean isInBody =
                        of.isRequestHttpBody()
                                && field.size() >= depth
                                && field.subList(0, depth).equals(of.requestBody());
                if (!isInBody) {
                    bindings.add(new Woven.Binding(field, said.value()));
                }
            } catch (BadMessage e) {
                if (strictness.isUnknownParameterCaptured()) {
                    unknown.computeIfAbsent(String.join(".", said.field()), _ -> new ArrayList<>())
                            .add(said.value());
                } else if (!strictness.isUnknownParameterIgnored()) {
                    return new Match.UnknownField(e.text());
                }
            }
        }
        return new Match.Is(
                new Call(
                        of,
                        new RequestMessages.Plan(
                                types,
                                of.input(),
                                found.body(),
                                bindings,
                                strictness.isCollisionRejected(),
                                behavior.isCaseIgnored()),
                        unknown));
    }
}
