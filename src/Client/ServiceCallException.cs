namespace Postern.Client;

/// <summary>A call could not even be made, and would not succeed later: credentials are missing, for example. Thrown by credential sources.</summary>
public class ServiceCallException(string message) : Exception(message);
