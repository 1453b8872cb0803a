using Postern.Server.Events.Endpoints;
using Postern.Server.Iam;
using Postern.Server.Recordings;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>
/// postern-server rotate-master-key and forget-master-keys. A new key is put in front of the others; the gateway, started again, seals everything
/// with it; what was handed out (temporary credentials) stays good until it expires or the earlier keys are forgotten.
/// </summary>
internal static class MasterKeyRotation
{
    public const string RotateVerb = "rotate-master-key", ForgetVerb = "forget-master-keys";

    /// <returns>What to tell the operator.</returns>
    /// <exception cref="StartupException">The key does not stand in a file, or something still needs an earlier one.</exception>
    public static async Task<string> RunAsync(string verb, ServerOptions options, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var source = MasterKeySource.Find(options, environment);
        if (source.File is not { } path)
            throw new StartupException($"The master key comes from {source.Name}: put a new one of {2 * MasterKey.Size} hexadecimal digits in front of it there, with a comma between, and start the gateway again.");
        if (!File.Exists(path))
            throw new StartupException($"There is no master key {path}.");
        try
        {
            return verb == RotateVerb ? Rotate(path) : await ForgetAsync(path, options, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StartupException(e.Message, e);
        }
    }

    private static string Rotate(string path)
    {
        MasterKey.Rotate(path);
        return $"{path} has a new key in front. Stop every gateway that uses it, then start them again: they seal their secrets with it. Then, once temporary credentials "
            + $"have expired (36 hours), or at once if the old key is known to others: postern-server {ForgetVerb}";
    }

    private static async Task<string> ForgetAsync(string path, ServerOptions options, CancellationToken cancellationToken)
    {
        var master = MasterKey.Load(path);
        if (master.Count == 1)
            return $"{path} has one key, the current one. Nothing was changed.";
        await using var database = StorageFeature.Open(options);
        var old = await new AccessKeySecrets(database, master).CountEarlierAsync(cancellationToken) + await new EndpointStore(database, master).CountEarlierAsync(cancellationToken);
        if (old > 0)
            throw new StartupException($"{old} secrets are still sealed with an earlier master key. Start the gateway once, then try again.");
        if (await RecordingKeys.CountEarlierAsync(database, master, cancellationToken) > 0)
            throw new StartupException("The keys of recordings are still sealed with an earlier master key. Start the gateway once, then try again.");
        var data = new DataDirectory(options.Data);
        if (File.Exists(data.CaKey))
            new SealedKeyFile(new Sealer(master.WithoutEarlier(), SealedKeyFile.Purpose), data.CaKey).Read();
        MasterKey.ForgetEarlier(path);
        return $"{path} has only the current key now. Start every gateway that uses it again: until then they still take what the earlier keys sealed.";
    }
}
