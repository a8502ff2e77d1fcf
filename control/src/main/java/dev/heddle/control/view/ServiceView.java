package dev.heddle.control.view;

import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service;
import java.util.List;

/// A service with its endpoints.
///
/// @param endpoints of all its ports
public record ServiceView(Service service, List<Endpoint> endpoints) {
    public ServiceView {
        endpoints = List.copyOf(endpoints);
    }
}
