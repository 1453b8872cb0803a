using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Postern.Server.Gateway;

/// <summary>
/// OpenSSL keeps a buffer of 16 KiB for each direction of every connection, idle or not: more than half of what a connected node costs. Its
/// mode SSL_MODE_RELEASE_BUFFERS gives them back when they are empty. .NET has no setting for it and no way to the connection's
/// handle but a private field; where that is not what it was when this was written, connections work as well and take more memory.
/// </summary>
internal static class TlsBuffers
{
    private const int SetMode = 33; // SSL_CTRL_MODE
    private const nint ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS
    private static readonly string[] Libraries = ["libssl.so.3", "libssl.so.1.1"];

    private delegate nint Control(nint ssl, int command, nint number, nint pointer);

    private static readonly FieldInfo? Context = typeof(SslStream).GetField("_securityContext", BindingFlags.NonPublic | BindingFlags.Instance);
    private static readonly Control? SslControl = FindControl();

    /// <summary>For connections that are silent most of the time; one that is busy would take and give back its buffers all the time.</summary>
    /// <returns>Whether it was possible.</returns>
    public static bool GiveBackWhenIdle(SslStream? tls)
    {
        if (SslControl is null || tls is null || Context?.GetValue(tls) is not SafeHandle { IsInvalid: false } handle)
            return false;
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            return (SslControl(handle.DangerousGetHandle(), SetMode, ReleaseBuffers, 0) & ReleaseBuffers) != 0;
        }
        catch (ObjectDisposedException)
        {
            return false; // closed already
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    // The library that .NET has loaded: only where a handle is really one of OpenSSL's may it be passed to it.
    private static Control? FindControl()
    {
        if (!OperatingSystem.IsLinux() || Context?.FieldType.FullName != "System.Net.Security.SafeDeleteSslContext")
            return null;
        var loaded = File.ReadLines("/proc/self/maps").ToList();
        foreach (var name in Libraries)
            if (loaded.Exists(line => line.EndsWith("/" + name, StringComparison.Ordinal)) && NativeLibrary.TryLoad(name, out var library)
                && NativeLibrary.TryGetExport(library, "SSL_ctrl", out var function))
                return Marshal.GetDelegateForFunctionPointer<Control>(function);
        return null;
    }
}
