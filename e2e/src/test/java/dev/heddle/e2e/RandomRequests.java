package dev.heddle.e2e;

import dev.heddle.compiler.world.ProxyScope.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Requests that come near the rules of [RandomRules], made of the same words.
///
/// @param role of the proxy that is called
/// @param dice the chance of the mesh
record RandomRequests(Role role, Dice dice) {
    /// Headers that proxies themselves obey, with what they may say.
    private static final List<String> SPECIAL =
            List.of(
                    "x-envoy-upstream-rq-timeout-ms=3000",
                    "x-envoy-expected-rq-timeout-ms=2000",
                    "x-envoy-original-path=/before",
                    "x-envoy-original-host=before",
                    "x-envoy-retry-on=5xx",
                    "x-envoy-max-retries=2",
                    "x-forwarded-proto=https",
                    "x-forwarded-for=10.1.2.3",
                    "x-forwarded-host=outside",
                    "x-request-id=not-an-id",
                    "te=trailers",
                    "connection=x-b",
                    "expect=100-continue",
                    "cookie=a=b; c=d",
                    "origin=http://one.example",
                    "origin=http://two.example",
                    "origin=https://elsewhere",
                    "content-type=application/grpc");

    private static final List<String> FAILURES =
            List.of("500", "502", "503", "503", "504", "429", "409", "404");

    TwoPlanes.Asked next() {
        String service = dice.any(RandomRules.CALLED);
        RandomDoors.Door door =
                role == Role.GATEWAY ? new RandomDoors(dice).door() : new RandomWires(dice).door();
        String host =
                role == Role.GATEWAY && dice.isOften()
                        ? service + ".example"
                        : dice.any(
                                List.of(
                                        service,
                                        service + ".default",
                                        service + ".default.svc.cluster.local",
                                        service + ".example"));
        String path = dice.any(RandomRules.PATHS);
        if (dice.isSeldom()) {
            path = path + dice.any(List.of("/", "x", "%2e", ";v=1", "//c"));
        }
        var query = new ArrayList<String>();
        for (String name : RandomRules.QUERIES) {
            if (dice.isSeldom()) {
                query.add(dice.isSeldom() ? name : name + "=" + dice.any(RandomRules.WORDS));
            }
        }
        if (!query.isEmpty()) {
            path = path + "?" + String.join("&", query);
        }
        if (dice.below(16) == 0) {
            host = dice.any(RandomBorders.OUTSIDE);
        }
        var headers = new TreeMap<String, String>();
        headers.put(RandomPolicies.KEY, Integer.toString(dice.below(50)));
        if (dice.below(12) == 0) {
            headers.put("x-fail", dice.any(RandomRules.SERVICES) + "/v1");
            headers.put("x-fail-status", dice.any(FAILURES));
        }
        for (String name : RandomRules.HEADERS) {
            if (dice.below(3) == 0) {
                headers.put(name, dice.any(RandomRules.WORDS));
            }
        }
        if (dice.isSeldom()) {
            String[] special = dice.any(SPECIAL).split("=", 2);
            headers.put(special[0], special[1]);
            if (special[0].equals("origin") && dice.isOften()) {
                headers.put("access-control-request-method", dice.any(RandomRules.METHODS));
            }
        }
        String port = dice.isSeldom() ? "" : ":9080";
        return new TwoPlanes.Asked(
                dice.any(RandomRules.METHODS), "http://" + host + port + path, headers, door);
    }
}
