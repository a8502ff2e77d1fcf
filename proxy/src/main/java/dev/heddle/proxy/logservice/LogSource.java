package dev.heddle.proxy.logservice;

import dev.heddle.xds.wire.Bytes;

/// Who this proxy is, for services that take its logs.
///
/// @param id as its bootstrap says (`node.id`)
/// @param cluster the service that it is of (`node.cluster`); may be empty
/// @param zone where it is (`node.locality.zone`); may be empty
/// @param node all of it, as a message (`envoy.config.core.v3.Node`)
public record LogSource(String id, String cluster, String zone, Bytes node) {}
