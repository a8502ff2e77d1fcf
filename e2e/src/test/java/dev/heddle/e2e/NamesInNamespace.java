package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/// Asks, in a network of its own, for names as clients do: with the JDK's own client, and with the
/// C library's. Run by [MeshNamesTest].
final class NamesInNamespace {
    private final InitialDirContext client;

    @SuppressWarnings("JdkObsolete") // JNDI takes no other map
    private NamesInNamespace() throws NamingException {
        var environment = new Hashtable<String, String>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, "dns://" + RedirectedMesh.NAMES);
        client = new InitialDirContext(environment);
    }

    /// @param arguments `heddle`, or the path of an Envoy; a directory
    public static void main(String... arguments) throws Exception {
        GoldenCase golden =
                GoldenCase.all().stream()
                        .filter(c -> c.name().equals("names"))
                        .findFirst()
                        .orElseThrow();
        boolean isOurs = arguments[0].equals("heddle");
        DataPlane dataPlane = isOurs ? new HeddleProxy() : new Envoy(Path.of(arguments[0]));
        Path directory = Path.of(arguments[1]);
        var servers = new ArrayList<MachineNames>();
        for (String server : machines()) {
            NetworkNamespace.command("ip addr add " + server + "/32 dev lo 2> /dev/null || true");
            servers.add(
                    new MachineNames(
                            new InetSocketAddress(InetAddress.ofLiteral(server), 53),
                            Map.of("www.example.org", List.of("198.51.100.9"))));
        }
        try (var mesh = new RedirectedMesh(golden, dataPlane, directory)) {
            CallCheck.check(mesh, CallSheet.of(golden.yamlFile("calls.yaml").orElseThrow()));
            var asking = new NamesInNamespace();
            asking.checkBoth();
            checkLibrary(directory);
            if (isOurs) {
                asking.checkOurs();
            }
        }
        for (MachineNames server : servers) {
            server.close();
        }
        System.out.println(RedirectedMesh.MET);
        System.exit(0);
    }

    /// Where the proxies ask for what they do not know.
    private static List<String> machines() throws IOException {
        return Files.readAllLines(Path.of("/etc/resolv.conf")).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .filter(server -> server.indexOf(':') < 0)
                .limit(3)
                .toList();
    }

    @SuppressWarnings("BanJNDI") // it asks a server of this test's own
    private SortedSet<String> ask(String name, String type) throws NamingException {
        Attribute found = client.getAttributes(name, new String[] {type}).get(type);
        var values = new TreeSet<String>();
        if (found != null) {
            Collections.list(found.getAll()).forEach(value -> values.add(String.valueOf(value)));
        }
        return values;
    }

    private void checkBoth() throws NamingException {
        for (String name :
                List.of("web", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local")) {
            assertThat(ask(name, "A")).as(name).containsExactly("10.66.1.1");
        }
        assertThat(ask("stock.depot", "A")).containsExactly("10.66.1.2");
        assertThat(ask("stock.depot", "AAAA")).containsExactly("2001:db8::2");
        assertThat(ask("store.shop.svc.cluster.local", "A"))
                .containsExactly("10.66.2.1", "10.66.2.2");
        assertThat(ask("legacy.example.com", "A")).containsExactly("10.66.3.1");
        assertThat(ask("pay.example.com", "A").first()).startsWith("240.240.");
        assertThat(ask("any.thing.wild.example.com", "A")).containsExactly("10.66.3.2");
        assertThat(ask("www.example.org", "A")).containsExactly("198.51.100.9");
        assertThatThrownBy(() -> ask("stock", "A")).isInstanceOf(NameNotFoundException.class);
        assertThatThrownBy(() -> ask("mail.example.com", "A"))
                .isInstanceOf(NameNotFoundException.class);
    }

    /// What stock Envoy does not answer.
    private void checkOurs() throws Exception {
        assertThat(ask("web", "AAAA")).isEmpty();
        assertThat(ask("WEB.Shop", "A")).containsExactly("10.66.1.1");
        assertThat(ask("legacy.example.com.shop.svc.cluster.local", "A"))
                .containsExactly("10.66.3.1");
        var names = new InetSocketAddress(InetAddress.ofLiteral(RedirectedMesh.NAMES), 53);
        String overTcp = RedirectedMesh.said(names, MachineNames.question("store"));
        assertThat(HexFormat.of().formatHex(overTcp.getBytes(StandardCharsets.ISO_8859_1)))
                .contains("0a420201")
                .contains("0a420202");
    }

    /// The C library's client, with the ends that Kubernetes has it try.
    private static void checkLibrary(Path directory) throws IOException, InterruptedException {
        Path file =
                Files.writeString(
                        directory.resolve("resolv.conf"),
                        "nameserver "
                                + RedirectedMesh.NAMES
                                + "\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\n"
                                + "options ndots:5 timeout:2\n");
        for (Map.Entry<String, String> each :
                Map.of(
                                "web", "10.66.1.1",
                                "stock.depot", "10.66.1.2",
                                "legacy.example.com", "10.66.3.1",
                                "www.example.org", "198.51.100.9")
                        .entrySet()) {
            Path found = directory.resolve("found");
            Process process =
                    new ProcessBuilder(
                                    "unshare",
                                    "-m",
                                    "sh",
                                    "-c",
                                    "mount --bind "
                                            + file
                                            + " /etc/resolv.conf && getent ahostsv4 "
                                            + each.getKey())
                            .redirectErrorStream(true)
                            .redirectOutput(found.toFile())
                            .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(found, StandardCharsets.UTF_8))
                    .as(each.getKey())
                    .contains(each.getValue());
        }
    }
}
