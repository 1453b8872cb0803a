using System.Diagnostics;

namespace Postern.Conformance.Support;

/// <summary>What a finished program left.</summary>
internal sealed record Finished(int ExitCode, string Output, string Errors)
{
    public string All => Output + Errors;
}

/// <summary>A program with pipes for its input and outputs. Ends with the test, whatever the test does.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _copies;
    private readonly string _description;

    private Child(Process process, string description, bool readOutput)
    {
        _process = process;
        _description = description;
        _copies = Task.WhenAll(
            readOutput ? Output.CopyFromAsync(process.StandardOutput.BaseStream) : Task.CompletedTask,
            Errors.CopyFromAsync(process.StandardError.BaseStream));
    }

    public Transcript Output { get; } = new();
    public Transcript Errors { get; } = new();
    public int Id => _process.Id;
    public bool Running => !_process.HasExited;
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The output as bytes, for a child started with <see cref="StartRaw"/>.</summary>
    public Stream RawOutput => _process.StandardOutput.BaseStream;

    public static Child Start(Command command) => new(Launch(command), command.ToString(), readOutput: true);

    /// <summary>Leaves standard output to the caller.</summary>
    public static Child StartRaw(Command command) => new(Launch(command), command.ToString(), readOutput: false);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Finished> RunAsync(Command command, string? input = null, TimeSpan? within = null)
    {
        await using var child = Start(command);
        if (input is not null)
            await child._process.StandardInput.WriteAsync(input);
        child._process.StandardInput.Close();
        var exitCode = await child.ExitAsync(within);
        return new(exitCode, child.Output.Text, child.Errors.Text);
    }

    /// <summary>Runs a program to its end; its standard output when it ended well, otherwise a failure that holds all it said.</summary>
    public static async Task<string> OutputOfAsync(Command command, string? input = null, TimeSpan? within = null)
    {
        var finished = await RunAsync(command, input, within);
        Assert.True(finished.ExitCode == 0, $"{command}\nended with {finished.ExitCode}:\n{finished.All}");
        return finished.Output;
    }

    public void Signal(int signal) => Native.Signal(_process.Id, signal);

    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(within ?? Deadline.Usual);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_description}\ndid not end in time. It wrote:\n{Output.Text}{Errors.Text}");
        }
        // A grandchild may hold the pipes open after the program's end; what it has to say is not waited for.
        await Task.WhenAny(_copies, Task.Delay(TimeSpan.FromSeconds(1)));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private static Process Launch(Command command) => Process.Start(command.ToStartInfo())!;
}
