/// Which services there are, and which workloads they consist of: read from Service, Endpoints,
/// EndpointSlice, ServiceEntry and WorkloadEntry alike, so that the rest of the compiler need not
/// know who named them.
@NullMarked
package dev.heddle.compiler.service;

import org.jspecify.annotations.NullMarked;
