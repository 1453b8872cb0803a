using System.CommandLine;
using System.Globalization;
using Postern.Cli.Output;
using Postern.Protocol.Recordings;

namespace Postern.Cli.Commands;

/// <summary>postern recordings verify: whether a recording is as the gateway wrote it. No gateway is asked.</summary>
internal static class RecordingsVerifyCommand
{
    private const string Extension = ".prec";
    private const int MaxKeyFile = 4096;

    public static Verb Build()
    {
        var file = new Argument<string>("FILE") { Description = "A recording, or with --data the id of its session", HelpName = "FILE|ID" };
        var data = new Option<string?>("--data") { Description = "Data folder of a gateway: its recordings are found by the session's id", HelpName = "DIR" };
        var key = new Option<string?>("--key") { Description = "The gateway's key, as postern recordings key prints it: a file, or its fingerprint. Without it a recording that somebody else made and signed cannot be told from the gateway's", HelpName = "KEY" };
        var command = new Verb("verify", "Find any changed, missing or cut off part of a recording; the first bad one is named. Works without a gateway.", """
            Exit code 0: the recording is whole and signed. 1: it is not.

            Examples:
              postern recordings verify --key gateway.key anna-07a16060613c408b5.prec
              postern recordings verify --data /var/lib/postern-server anna-07a16060613c408b5
            """) { file, data, key };
        return command.Runs(async (result, token) =>
        {
            var path = PathOf(result.GetRequiredValue(file), result.GetValue(data));
            var trusted = result.GetValue(key) is { } given ? FingerprintOf(given) : null;
            await using var stream = Open(path);
            var verdict = await RecordingVerifier.VerifyAsync(stream, token);
            return Report(path, verdict, trusted);
        });
    }

    private static int Report(string path, RecordingVerdict verdict, string? trusted)
    {
        var signer = verdict.Facts is { } facts ? RecordingSignature.FingerprintOf(facts.PublicKey) : "";
        if (verdict.State == RecordingState.Damaged)
            throw new CommandException($"{path} is not as it was written. {verdict.Fault} {verdict.GoodChunks} chunks before it are good.", ExitCodes.SessionFailed);
        if (trusted is not null && signer != trusted)
            throw new CommandException($"{path} names the key {signer}, not {trusted}: this gateway did not make it.", ExitCodes.SessionFailed);
        if (verdict.State == RecordingState.Open)
            throw new CommandException($"{path} has no end: the session goes on, the gateway was stopped, or the rest was cut off. Its {verdict.GoodChunks} chunks are whole{(verdict.Fault is null ? "" : $"; {verdict.Fault}")} Nothing in it is signed yet.", ExitCodes.SessionFailed);
        var of = verdict.Facts!;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{path} is whole: {verdict.GoodChunks} chunks, signed by {signer}. {of.Kind} of {of.Owner} on {of.Node}, session {of.SessionId}, begun {DateTimeOffset.FromUnixTimeMilliseconds(of.StartedAt):u}."));
        if (verdict.State == RecordingState.Unfinished)
            Console.Out.WriteLine("The gateway did not see the session's end: it closed the recording later.");
        if (trusted is null)
            Console.Out.WriteLine("Whose key that is was not looked at: compare it with postern recordings key, or give --key.");
        return ExitCodes.Ok;
    }

    private static string PathOf(string given, string? data)
    {
        if (File.Exists(given))
            return given;
        if (data is null)
            throw new CommandException($"There is no file {given}. To name a recording by its session give --data, or fetch a copy: postern recordings export --format sealed {given}.", ExitCodes.Usage);
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
