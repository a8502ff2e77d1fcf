package dev.heddle.proxy;

import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An authorization service of gRPC that remembers what it was asked.
final class GrpcAuthorizer extends AuthorizationGrpc.AuthorizationImplBase
        implements AutoCloseable {
    private static final Context.Key<String> SAID = Context.key("said");

    private final Server server;
    private final Function<CheckRequest, @Nullable CheckResponse> answers;
    private final List<CheckRequest> questions = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> cancelled = new CopyOnWriteArrayList<>();

    /// @param answers the answer to a question; null for none
    GrpcAuthorizer(Function<CheckRequest, @Nullable CheckResponse> answers) throws IOException {
        this.answers = answers;
        this.server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .intercept(new Heads())
                        .addService(this)
                        .build()
                        .start();
    }

    int port() {
        return server.getPort();
    }

    /// What was asked so far.
    List<CheckRequest> questions() {
        return questions;
    }

    /// The heads of the calls so far.
    List<String> heads() {
        return heads;
    }

    /// The paths of questions that were given up.
    List<String> cancelled() {
        return cancelled;
    }

    /// A question without the ports of this machine, which are others each time.
    static CheckRequest withoutPorts(CheckRequest question) {
        var copy = question.toBuilder();
        var attributes = copy.getAttributesBuilder();
        attributes.getSourceBuilder().getAddressBuilder().getSocketAddressBuilder().setPortValue(1);
        attributes
                .getDestinationBuilder()
                .getAddressBuilder()
                .getSocketAddressBuilder()
                .setPortValue(1);
        return copy.build();
    }

    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> caller) {
        questions.add(request);
        heads.add(SAID.get());
        String path = request.getAttributes().getRequest().getHttp().getPath();
        Context.current().addListener(_ -> cancelled.add(path), Runnable::run);
        CheckResponse answer = answers.apply(request);
        if (answer == null) {
            return;
        }
        caller.onNext(answer);
        caller.onCompleted();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class Heads implements ServerInterceptor {
        @Override
        public <I, O> ServerCall.Listener<I> interceptCall(
                ServerCall<I, O> call, Metadata head, ServerCallHandler<I, O> next) {
            var lines = new TreeSet<String>();
            lines.add(":authority: " + call.getAuthority());
            for (String name : head.keys()) {
                lines.add(
                        name
                                + ": "
                                + head.get(
                                        Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
            }
            return io.grpc.Contexts.interceptCall(
                    Context.current().withValue(SAID, String.join("\n", lines)), call, head, next);
        }
    }
}
