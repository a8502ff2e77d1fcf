package dev.heddle.proxy.config;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.xds.NodeInfo;
import io.envoyproxy.envoy.admin.v3.CommandLineOptions;
import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.time.Duration;

/// The process, in the shape of Envoy's `/server_info`.
public final class ServerInfos {

    private ServerInfos() {}

    /// Beside what the node says of itself: `KEPT` while what is served was kept on disk.
    private static final String CONFIGURATION = "HEDDLE_CONFIGURATION";

    /// What is known of the process.
    ///
    /// @param state as `LIVE`, `DRAINING` or `PRE_INITIALIZING`
    /// @param workers how many there are
    /// @param transport how bytes reach the kernel
    /// @param tls who does its cryptography
    /// @param drain how clients are asked to go
    /// @param isFromDisk whether what is in force was kept on disk, as there is no control plane
    public record Instance(
            String version,
            String state,
            Duration uptime,
            int workers,
            String transport,
            String tls,
            DrainPlan drain,
            boolean isFromDisk) {}

    /// As JSON (`envoy.admin.v3.ServerInfo`).
    public static String json(Instance process, NodeInfo node) {
        var uptime =
                com.google.protobuf.Duration.newBuilder().setSeconds(process.uptime().toSeconds());
        // LIVE is the first value of its enumeration, which JSON leaves out unless told otherwise.
        JsonFormat.Printer printer =
                JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();
        Node.Builder who = node.toProto().toBuilder();
        if (process.isFromDisk()) {
            who.getMetadataBuilder()
                    .putFields(CONFIGURATION, Value.newBuilder().setStringValue("KEPT").build());
        }
        try {
            return printer.print(
                            ServerInfo.newBuilder()
                                    // As Envoy, which ends its version with its TLS library.
                                    .setVersion(
                                            "%s/%s/%s"
                                                    .formatted(
                                                            process.version(),
                                                            process.transport(),
                                                            process.tls()))
                                    .setState(ServerInfo.State.valueOf(process.state()))
                                    .setUptimeCurrentEpoch(uptime)
                                    .setUptimeAllEpochs(uptime)
                                    .setHotRestartVersion("disabled")
                                    .setCommandLineOptions(
                                            CommandLineOptions.newBuilder()
                                                    .setConcurrency(process.workers())
                                                    .setDrainTime(
                                                            com.google.protobuf.Duration
                                                                    .newBuilder()
                                                                    .setSeconds(
                                                                            process.drain()
                                                                                    .time()
                                                                                    .toSeconds()))
                                                    .setDrainStrategy(strategy(process.drain())))
                                    .setNode(who)
                                    .build())
                    + "\n";
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("server info: " + e.getMessage(), e);
        }
    }

    private static CommandLineOptions.DrainStrategy strategy(DrainPlan plan) {
        return switch (plan.strategy()) {
            case GRADUAL -> CommandLineOptions.DrainStrategy.Gradual;
            case IMMEDIATE -> CommandLineOptions.DrainStrategy.Immediate;
        };
    }
}
