using System.CommandLine;
using Postern.Cli.Config;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;

namespace Postern.Cli.Commands;

/// <summary>postern recordings verify: whether a recording is as the gateway wrote it. It is looked at here; of a gateway nothing is believed but what it signed.</summary>
internal static class RecordingsVerifyCommand
{
    private const string Extension = ".prec";
    private const int MaxKeyFile = 4096;

    public static Verb Build()
    {
        var file = new Argument<string>("FILE|ID") { Description = "A recording, or the id of its session", HelpName = "FILE|ID" };
        var data = new Option<string?>("--data") { Description = "Data folder of a gateway: the recording is read from there by the session's id", HelpName = "DIR" };
        var key = new Option<string?>("--key") { Description = "The gateway's key, as postern recordings key prints it: a file, or its fingerprint. Without it a recording that somebody else made and signed cannot be told from the gateway's", HelpName = "KEY" };
        var command = new Verb("verify", "Find any changed, missing or cut off part of a recording; the first bad one is named. A file is verified without a gateway.", """
            The id of a session: its sealed recording is fetched from the gateway and verified here. Needs postern:GetRecording. It has to be signed with the key of --key; without that, with the key
            that this gateway had when it was first asked (~/.config/postern/recording-keys; the first time it is asked for it, which needs postern:GetRecordingKey).

            Exit code 0: the recording is whole and signed. 1: it is not.

            Examples:
              postern recordings verify anna-07a16060613c408b5
              postern recordings verify --key gateway.key anna-07a16060613c408b5.prec
              postern recordings verify --data /var/lib/postern-server anna-07a16060613c408b5
            """) { file, data, key };
        return command.Runs(async (result, token) =>
        {
            var (name, folder) = (result.GetRequiredValue(file), result.GetValue(data));
            var trusted = result.GetValue(key) is { } given ? FingerprintOf(given) : null;
            if (folder is null && !RecordingSource.IsFile(name))
            {
                using var gateway = GatewayConnection.Open(GatewayOptions.Of(result));
                await VerifyAsync(gateway, name, trusted, token);
                return ExitCodes.Ok;
            }
            var isFile = File.Exists(name);
            var path = isFile ? name : PathOf(name, folder);
            await using var stream = Open(path);
            new RecordingProof(path, isFile ? null : name, trusted, "").Report(await RecordingVerifier.VerifyAsync(stream, token));
            return ExitCodes.Ok;
        });
    }

    private static async Task VerifyAsync(GatewayConnection gateway, string id, string? trusted, CancellationToken cancellationToken)
    {
        var (known, by) = (KnownRecordingKeys.OfUser(), "");
        string? met = null;
        if (trusted is null && known.Find(gateway.Settings.Endpoint) is { } kept)
            (trusted, by) = (kept, $", the key that {known.Path} has for {gateway.Settings.Endpoint}");
        else if (trusted is null && await AskAsync(gateway, cancellationToken) is { } asked)
            (trusted, by, met) = (asked, $", the key that {gateway.Settings.Endpoint} says is its own", asked);
        await using var sealedFile = new FetchedRecording(gateway.Client, id, secrets: false);
        new RecordingProof(id, id, trusted, by).Report(await RecordingVerifier.VerifyAsync(sealedFile, cancellationToken));
        if (met is null)
            return;
        known.Add(gateway.Settings.Endpoint, met);
        Console.Out.WriteLine($"That key was met for the first time. It is kept in {known.Path}, and no other one is taken from this gateway; compare it with what its operator gave you.");
    }

    /// <summary>Null: it is not for this caller to know.</summary>
    private static async Task<string?> AskAsync(GatewayConnection gateway, CancellationToken cancellationToken)
    {
        try
        {
            var key = await gateway.Client.CallAsync(RecordingOperations.GetRecordingKey, new GetRecordingKeyRequest(), cancellationToken);
            return RecordingSignature.FingerprintOf(key.PublicKey ?? "");
        }
        catch (AwsErrorException e) when (e.Code == "AccessDeniedException")
        {
            return null;
        }
    }

    private static string PathOf(string given, string? data)
    {
        if (data is null)
            throw new CommandException($"There is no file {given}. Name one, or a session by its id.", ExitCodes.Usage);
        if (given.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            throw new CommandException($"{given} is no session id.", ExitCodes.Usage);
        var folder = Path.Combine(data, "recordings");
        return (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, given + Extension, SearchOption.AllDirectories).FirstOrDefault() : null)
            ?? throw new CommandException($"There is no recording of {given} in {folder}.", ExitCodes.Usage);
    }

    /// <summary>Of a file, whatever stands before or behind the key; or as it is given.</summary>
    private static string FingerprintOf(string key)
    {
        if (!File.Exists(key))
            return key.ToLowerInvariant();
        if (new FileInfo(key).Length > MaxKeyFile)
            throw new CommandException($"{key} is too long for a key of recordings.", ExitCodes.Usage);
        var words = File.ReadAllText(key).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Select(RecordingSignature.FingerprintOf).LastOrDefault(found => found.Length > 0)
            ?? throw new CommandException($"{key} holds no key of recordings.", ExitCodes.Usage);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 64 * 1024 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}", ExitCodes.Usage);
        }
    }
}
