namespace Postern.Server.Settings;

/// <summary>A setting is unknown, lacks its value or has a bad one; the message names it and where it stands.</summary>
internal sealed class SettingsException(string message) : Exception(message);
