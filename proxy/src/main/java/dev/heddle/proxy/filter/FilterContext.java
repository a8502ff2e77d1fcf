package dev.heddle.proxy.filter;

import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Clusters;

/// What a filter is made with: the worker that it will belong to and what that worker owns.
public record FilterContext(Worker worker, Clusters clusters) {}
