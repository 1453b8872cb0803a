using System.CommandLine;
using Postern.Cli.Output;
using Postern.Protocol.Audit;

namespace Postern.Cli.Commands;

/// <summary>postern audit verify: whether the log is as the gateway wrote it.</summary>
internal static class AuditVerifyCommand
{
    public static Verb Build()
    {
        var file = new Option<string?>("--file") { Description = "An exported log instead of the gateway's", HelpName = "FILE" };
        var data = new Option<string?>("--data") { Description = "The log in this data folder of a gateway, with its key", HelpName = "DIR" };
        var key = new Option<string?>("--key") { Description = "The gateway's master.key: without it a log that was written anew from some entry on cannot be told from the true one", HelpName = "FILE" };
        var head = new Option<string?>("--expect") { Description = "An entry noted earlier, SEQUENCE:HASH as verify and the gateway's log print it; it must still be there", HelpName = "ENTRY" };
        var command = new Verb("verify", "Find any changed, missing, reordered or cut off entry of the audit log; the first bad one is named.", """
            Exit code 0: the log is whole. 1: it is not.

            Examples:
              postern audit verify --data /var/lib/postern-server
              postern audit verify --file audit.jsonl --key master.key
              postern audit verify --expect 1207:4f0c...
            """) { file, data, key, head };
        return command.Runs(async (result, token) =>
        {
            var (path, folder) = (result.GetValue(file), result.GetValue(data));
            if (path is not null && folder is not null)
                throw new CommandException("Give either --file or --data.", ExitCodes.Usage);
            var keyFile = result.GetValue(key) ?? (folder is null ? null : Path.Combine(folder, "master.key"));
            using var gateway = path is null && folder is null ? GatewayConnection.Open(GatewayOptions.Of(result)) : null;
            var lines = path is not null ? AuditSource.OfFile(path, token)
                : folder is not null ? AuditSource.OfDataFolder(folder, token)
                : AuditSource.OfGateway(gateway!.Client, token);
            var expected = result.GetValue(head) ?? (folder is null ? null : Noted(Path.Combine(folder, "audit.head")));
            return await VerifyAsync(lines, keyFile is null ? null : ReadKey(keyFile), expected);
        });
    }

    private static async Task<int> VerifyAsync(IAsyncEnumerable<string> lines, IReadOnlyList<byte[]>? key, string? expected)
    {
        AuditVerifier? verifier = null;
        AuditMark? head = null;
        string? fault = null;
        var (number, found) = (0L, expected is null);
        await foreach (var line in lines)
        {
            number++;
            if (fault is not null)
                break;
            var (entry, mark) = Read(line, number, ref fault);
            if (mark is { Name: AuditMark.Base } && verifier is null)
                fault ??= (verifier = new AuditVerifier(mark, key)).CheckStart();
            else if (mark is not null)
                head = mark;
            else if (entry is not null)
            {
                fault ??= (verifier ??= new AuditVerifier(null, key)).Add(entry);
                found |= $"{entry.Sequence}:{entry.Hash}" == expected;
            }
        }
        verifier ??= new AuditVerifier(null, key);
        fault ??= verifier.Finish(head) ?? (found ? null : $"The entry {expected}, which was noted earlier, is not in the log: its end was cut off, or an older copy was put back.");
        if (fault is not null)
            throw new CommandException($"The audit log is not as it was written. {fault} {verifier.Count} entries before it are good.", ExitCodes.SessionFailed);
        var (sequence, hash) = verifier.Last;
        Console.Out.WriteLine($"The audit log is whole: {verifier.Count} entries, the last is {sequence}:{hash}.");
        if (key is null)
            Console.Out.WriteLine("Signatures were not looked at: give --key master.key (or --data) to find a log that was written anew as well.");
        return ExitCodes.Ok;
    }

    private static (AuditEntry? Entry, AuditMark? Mark) Read(string line, long number, ref string? fault)
    {
        try
        {
            return AuditLine.Read(line);
        }
        catch (FormatException e)
        {
            fault = $"Line {number}: {e.Message}";
            return default;
        }
    }

    /// <summary>Where the gateway noted the log's end beside its database, some seconds ago; null when it has not yet.</summary>
    private static string? Noted(string path)
    {
        try
        {
            return File.ReadAllText(path).Split(' ') is [var sequence, var hash, ..] ? $"{sequence}:{hash}" : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}", ExitCodes.Usage);
        }
    }

    private static IReadOnlyList<byte[]> ReadKey(string path)
    {
        try
        {
            return AuditChain.KeysFrom(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The key {path} cannot be read: {e.Message}", ExitCodes.Usage);
        }
    }
}
