package dev.heddle.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortHolderTest {
    @Test
    void aTakenPortNamesItsProcess() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "no /proc on this machine");
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            assertThat(PortHolder.isFree(port)).isFalse();
            assertThat(PortHolder.OF_THIS_MACHINE.find(port).getFirst().toString())
                    .startsWith("process " + ProcessHandle.current().pid())
                    .contains("java");
        }
    }

    @Test
    void whoStartedTheProcessIsNamedToo() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "no /proc on this machine");
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(PortHolder.OF_THIS_MACHINE.find(socket.getLocalPort()))
                    .extracting(PortHolder.Owner::pid)
                    .startsWith(
                            ProcessHandle.current().pid(),
                            ProcessHandle.current().parent().orElseThrow().pid());
        }
    }

    @Test
    void aPortOfAllInterfacesIsTakenOnTheLoopbackOneToo() throws Exception {
        try (var socket = new ServerSocket(0)) {
            assertThat(PortHolder.isFree(socket.getLocalPort())).isFalse();
        }
    }

    @Test
    void aPortThatNobodyListensOnIsFree() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(PortHolder.isFree(port)).isTrue();
        assertThat(PortHolder.OF_THIS_MACHINE.find(port)).isEmpty();
    }

    @Test
    void aMachineWithoutProcTablesKnowsNobody(@TempDir Path empty) {
        assertThat(new PortHolder(empty).find(80)).isEmpty();
    }
}
