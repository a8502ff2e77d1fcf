package dev.heddle.e2e;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.HttpToHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.InboundHttp2ToHttpAdapterBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Finds out from the first bytes which version of HTTP a connection speaks, and hands its whole
/// requests to a handler.
public final class EitherHttp extends ByteToMessageDecoder {
    private static final int ENOUGH = 4;
    private static final int MAX_BODY = 1 << 20;

    private final ChannelHandler requests;

    /// @param requests takes `FullHttpRequest`s
    public EitherHttp(ChannelHandler requests) {
        this.requests = requests;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < ENOUGH) {
            return;
        }
        boolean isHttp2 =
                in.toString(in.readerIndex(), ENOUGH, StandardCharsets.US_ASCII).equals("PRI ");
        ChannelPipeline pipeline = context.pipeline();
        if (isHttp2) {
            var connection = new DefaultHttp2Connection(true);
            pipeline.addLast(
                    new HttpToHttp2ConnectionHandlerBuilder()
                            .connection(connection)
                            .frameListener(
                                    new InboundHttp2ToHttpAdapterBuilder(connection)
                                            .maxContentLength(MAX_BODY)
                                            .build())
                            .build());
        } else {
            pipeline.addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_BODY));
        }
        pipeline.addLast(requests);
        pipeline.remove(this);
    }
}
