package dev.heddle.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A shop whose `web` asks for `reviews`, in files, with the log of a hundred requests, three of
/// which are for what is new.
record PlannedShop(Path directory) {

    static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: shop}
            spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: web-v1, namespace: shop}
            spec: {address: 10.0.0.1, labels: {app: web}, serviceAccount: web}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-v1, namespace: shop}
            spec: {address: 10.0.0.11, labels: {app: reviews, version: v1}, serviceAccount: reviews}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-v2, namespace: shop}
            spec: {address: 10.0.0.12, labels: {app: reviews, version: v2}, serviceAccount: reviews}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: shop}
            spec:
              host: reviews
              subsets:
              - {name: v1, labels: {version: v1}}
              - {name: v2, labels: {version: v2}}
            """;
    static final String RULES =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: shop}
            spec:
              hosts: [reviews]
              http:
              - name: beta
                match: [{uri: {prefix: /reviews/beta}}]
                route: [{destination: {host: reviews, subset: v2}}]
                timeout: 2s
              - name: all
                match: [{uri: {prefix: /reviews}}]
                route: [{destination: {host: reviews, subset: v1}}]
            """;

    /// Whoever wrote this added a limit to what is asked for most, and did not see that rules have
    /// an order.
    static final String STEALING =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: shop}
            spec:
              hosts: [reviews]
              http:
              - name: all
                match: [{uri: {prefix: /reviews}}]
                route: [{destination: {host: reviews, subset: v1}}]
              - name: beta
                match: [{uri: {prefix: /reviews/beta}}]
                route: [{destination: {host: reviews, subset: v2}}]
                timeout: 2s
            """;

    /// In that directory, with its files.
    static PlannedShop in(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("mesh"));
        var shop = new PlannedShop(directory);
        shop.file("mesh/mesh.yaml", MESH);
        shop.file("mesh/rules.yaml", RULES);
        return shop;
    }

    String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    String config() {
        return directory.resolve("mesh").toString();
    }

    /// A line as Istio's sidecars write it.
    static String line(String path, int code, String cluster) {
        return "[2026-11-30T10:00:00.000Z] \"GET %s HTTP/1.1\" %d - via_upstream - \"-\" 0 295 12 11"
                        .formatted(path, code)
                + " \"-\" \"curl/8 (a b)\" \"4d2b\" \"reviews:9080\" \"10.0.0.11:9080\" "
                + cluster
                + " 10.0.0.1:40000 10.96.0.10:9080 10.0.0.1:52345 - default\n";
    }

    static String subset(String subset) {
        return "outbound|9080|" + subset + "|reviews.shop.svc.cluster.local";
    }

    String log() throws IOException {
        var log = new StringBuilder();
        for (int i = 1; i <= 100; i++) {
            boolean isBeta = i % 40 == 7; // 7, 47 and 87: three in a hundred
            log.append(
                    line(
                            isBeta ? "/reviews/beta/" + i : "/reviews/" + i % 5,
                            200,
                            subset(isBeta ? "v2" : "v1")));
        }
        return file("web.log", log.toString());
    }
}
