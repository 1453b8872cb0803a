using Postern.Client;

namespace Postern.Cli.Config;

/// <summary>A setting is missing or wrong. The message says which, and how to set it.</summary>
internal class SettingsException(string message) : ServiceCallException(message);

/// <summary>There are no usable credentials.</summary>
internal sealed class CredentialsException(string message) : SettingsException(message);
