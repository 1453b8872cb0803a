using System.Buffers;
using System.CommandLine;
using Postern.Cli.Output;
using Postern.Cli.Terminal;
using Postern.Protocol.Recordings.Exports;

namespace Postern.Cli.Commands;

/// <summary>postern recordings export: a recording in a form that other programs read.</summary>
internal static class RecordingExportCommand
{
    private const int FlushAt = 256 * 1024;
    private const string Sealed = "sealed";
    private static readonly string[] NeedsScreen = ["asciicast", "raw"];

    public static Verb Build()
    {
        var session = new Argument<string>("SESSION|FILE") { Description = "Session id, or a file that was exported with --format sealed" };
        var format = new Option<string>("--format") { Description = $"{string.Join(", ", RecordingExport.Names)} or {Sealed}", HelpName = "FORMAT", DefaultValueFactory = _ => "asciicast" };
        var secrets = new Option<bool>("--secrets") { Description = "With what was typed and not shown, such as passwords. Needs postern:GetRecordingSecrets" };
        var output = new Option<string?>("--output", "-o") { Description = "File to write; standard output otherwise", HelpName = "FILE" };
        var command = new Verb("export", "Write a recording as asciicast (asciinema plays it), text with times, JSON lines, the raw bytes shown, or the sealed file itself.", """
            A sealed file can be verified anywhere. With --secrets it carries its key and can be played and exported anywhere, too: keep it as you would keep what it holds.

            Examples:
              postern recordings export anna-07a16060613c408b5 > session.cast
              postern recordings export anna-07a16060613c408b5 --format text | less
              postern recordings export anna-07a16060613c408b5 --format sealed --secrets -o session.prec
            """) { session, format, secrets, output };
        return command.Runs(async (result, token) =>
        {
            var (name, form) = (result.GetRequiredValue(session), result.GetRequiredValue(format));
            if (form != Sealed && !RecordingExport.Names.Contains(form))
                throw new CommandException($"--format {form} is none of {string.Join(", ", RecordingExport.Names)}, {Sealed}.", ExitCodes.Usage);
            var isFile = RecordingSource.IsFile(name);
            if (form == Sealed && isFile)
                throw new CommandException($"{name} is the sealed file already.", ExitCodes.Usage);
            using var gateway = isFile ? null : GatewayConnection.Open(GatewayOptions.Of(result));
            if (form == Sealed)
            {
                await using var target = Target(result.GetValue(output));
                await using var copy = new FetchedRecording(gateway!.Client, name, result.GetValue(secrets));
                await copy.CopyToAsync(target, token);
                return ExitCodes.Ok;
            }
            var source = isFile ? await RecordingSource.OfFileAsync(name, result.GetValue(secrets), token) : await RecordingSource.OfGatewayAsync(gateway!.Client, name, result.GetValue(secrets), token);
            if (NeedsScreen.Contains(form) && source.Facts.Kind is not ("shell" or "command"))
                throw new CommandException($"{source.Facts.SessionId} is a {source.Facts.Kind} session and has no screen. See what it did with: postern recordings export {name} --format text", ExitCodes.Usage);
            await using var stream = Target(result.GetValue(output)); // once there is something to write
            await WriteAsync(source, RecordingExport.Create(form, source.Facts)!, stream, token);
            return ExitCodes.Ok;
        });
    }

    private static async Task WriteAsync(RecordingSource source, RecordingExport export, Stream target, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushAt);
        await foreach (var recorded in source.Events.WithCancellation(cancellationToken))
        {
            export.Write(recorded.AsEvent(), buffer);
            if (buffer.WrittenCount < FlushAt)
                continue;
            await target.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }
        export.End(source.End, buffer);
        await target.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    private static Stream Target(string? path)
    {
        if (path is null)
            return StandardOutput.Out;
        try
        {
            // What was said in a session is for who may see it.
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be written: {e.Message}", ExitCodes.Usage);
        }
    }
}
