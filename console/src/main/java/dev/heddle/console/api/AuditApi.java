package dev.heddle.console.api;

import dev.heddle.control.access.Account;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.view.ProxyView;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Records what callers do, and shows it.
final class AuditApi {
    private static final Logger LOG = LoggerFactory.getLogger(AuditApi.class);
    private static final int USUAL = 100;
    private static final int MOST = 1000;

    private final AuditTrail audit;

    AuditApi(AuditTrail audit) {
        this.audit = audit;
    }

    ApiResponse last(Call call) {
        Optional<String> namespace = call.request().parameter("namespace");
        String limit = call.request().parameter("limit").orElse(Integer.toString(USUAL));
        if (!limit.matches("[0-9]{1,4}")
                || Integer.parseInt(limit) < 1
                || Integer.parseInt(limit) > MOST) {
            return ApiResponse.error(
                    400,
                    "limit: '%s' (expected: 1 to %d)".formatted(limit, MOST),
                    "query",
                    "Leave it out for " + USUAL);
        }
        try {
            List<Node.Mapping> entries =
                    audit.last(
                            Integer.parseInt(limit),
                            ns ->
                                    call.caller().may(Role.ADMIN, ns)
                                            && (namespace.isEmpty() || namespace.get().equals(ns)));
            return ApiResponse.json(200, Node.Mapping.EMPTY.with("entries", entries));
        } catch (IOException e) {
            return ApiResponse.error(
                    503,
                    "the audit log cannot be read: " + e.getMessage(),
                    "the control plane's data directory",
                    "See the control plane's log");
        }
    }

    /// Of what the path names; empty where that is in none.
    private static String namespace(Call call) {
        Map<String, String> path = call.path().values();
        boolean isProxy = isAbout(call.request(), "proxies");
        return isProxy
                ? ProxyView.namespace(path.getOrDefault("id", ""))
                : path.getOrDefault("namespace", "");
    }

    /// Records a call that changes something or wanted to, and passes its answer on. A change of a
    /// resource that was made is recorded where it comes in force; a mistake in what was sent, a
    /// dry run and whoever has to wait are not worth a line.
    ApiResponse recorded(Call call, ApiResponse answer) {
        ApiRequest request = call.request();
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        boolean isDone = answer.status() == 200;
        boolean isRefused = answer.status() == 401 || answer.status() == 403;
        boolean isResource =
                List.of("resources", "transactions", "versions").stream()
                        .anyMatch(it -> isAbout(request, it));
        // Somebody who goes to a provider has done nothing yet.
        boolean isBegun = isAbout(request, "login") && request.segments().contains("begin");
        if (isRefused || (isDone && !reads && !isResource && !isBegun)) {
            audit.record(
                    who(call, answer),
                    request.method() + " /" + String.join("/", request.segments()),
                    namespace(call),
                    isDone ? "" : answer.status() + " " + text(answer, "error", "what"));
            settle();
        }
        return answer;
    }

    /// Records something that a caller does although he changes no resource.
    void note(Caller caller, String what, String namespace) {
        audit.record(caller, what, namespace, "");
        settle();
    }

    /// Waits for the disk, so that whoever has an answer finds it recorded.
    private void settle() {
        try {
            audit.flush();
        } catch (IOException e) {
            LOG.warn("what was done is not recorded yet", e);
        }
    }

    /// @param what as in `/api/v1/resources`
    private static boolean isAbout(ApiRequest request, String what) {
        List<String> path = request.segments();
        return path.size() > 2 && path.get(2).equals(what);
    }

    /// Who signs in is known by the answer only.
    private static Caller who(Call call, ApiResponse answer) {
        boolean isLogin = isAbout(call.request(), "login") && answer.status() == 200;
        return isLogin
                ? new Caller(
                        new Account(text(answer, "user"), "", List.of()), "", call.caller().from())
                : call.caller();
    }

    private static String text(ApiResponse answer, String... path) {
        Node node = Json.parse(answer.body());
        for (String name : path) {
            node =
                    node instanceof Node.Mapping mapping
                            ? mapping.get(name).orElse(Node.of(""))
                            : Node.of("");
        }
        return node instanceof Node.Text(var value, _) ? value : "";
    }
}
