namespace Postern.Cli.Commands;

/// <summary>postern recordings: what was recorded, and whether it is as it was.</summary>
internal static class RecordingsCommand
{
    public static Verb Build()
    {
        var command = new Verb("recordings", "List, prove, export, keep and delete recordings of sessions.", """
            Examples:
              postern recordings list --user anna --since 7d
              postern recordings export anna-07a16060613c408b5 > session.cast
              postern recordings verify anna-07a16060613c408b5
              postern recordings key
            """);
        command.Add(RecordingsListCommand.Build());
        command.Add(RecordingExportCommand.Build());
        command.Add(RecordingsVerifyCommand.Build());
        command.Add(RecordingsKeyCommand.Build());
        command.Add(RecordingsHoldCommand.Build());
        command.Add(RecordingsDeleteCommand.Build());
        return command;
    }
}
