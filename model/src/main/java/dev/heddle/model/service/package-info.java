/// Services and endpoints as the mesh sees them, whoever named them: a Kubernetes Service, a
/// ServiceEntry or a registry.
@NullMarked
package dev.heddle.model.service;

import org.jspecify.annotations.NullMarked;
