using System.Diagnostics;

namespace Postern.Conformance.Support;

/// <summary>A network namespace for a client, with one cable to this machine.</summary>
internal sealed class OwnNetwork : IAsyncDisposable
{
    private static readonly Lazy<string?> Reason = new(Probe);
    private static int _made;

    private readonly string _name, _cable;
    private readonly int _subnet;

    private OwnNetwork(int number)
    {
        _subnet = 1 + (Environment.ProcessId * 7 + number) % 250;
        (_name, _cable) = ($"postern-t{Environment.ProcessId}-{number}", $"pt{Environment.ProcessId}-{number}");
    }

    /// <summary>Why there is none here, or null.</summary>
    public static string? Unavailable => Reason.Value;

    /// <summary>This machine's end of the cable.</summary>
    public string Here => $"10.213.{_subnet}.1";

    public static async Task<OwnNetwork> MakeAsync()
    {
        var network = new OwnNetwork(Interlocked.Increment(ref _made));
        await IpAsync("netns", "add", network._name);
        await IpAsync("link", "add", network._cable, "type", "veth", "peer", "name", "net0", "netns", network._name);
        await IpAsync("address", "add", $"{network.Here}/24", "dev", network._cable);
        await IpAsync("link", "set", network._cable, "up");
        await network.InsideAsync("link", "set", "lo", "up");
        await network.InsideAsync("link", "set", "net0", "up");
        await network.SetAddressAsync(10);
        return network;
    }

    /// <summary>Takes away every address there was and gives another one.</summary>
    public async Task SetAddressAsync(int host)
    {
        await InsideAsync("address", "flush", "dev", "net0");
        await InsideAsync("address", "add", $"10.213.{_subnet}.{host}/24", "dev", "net0");
    }

    /// <summary>Pulls or plugs the cable.</summary>
    public Task SetUpAsync(bool up) => IpAsync("link", "set", _cable, up ? "up" : "down");

    public Command Inside(Command command) => command.Under("ip", "netns", "exec", _name);

    public async ValueTask DisposeAsync() => await IpAsync("netns", "del", _name);

    private Task InsideAsync(params string[] arguments) => IpAsync(["-n", _name, .. arguments]);

    private static Task IpAsync(params string[] arguments) => Child.OutputOfAsync(new("ip", arguments));

    private static string? Probe()
    {
        if (Environment.UserName != "root" || Repository.Find("ip") is null)
            return "network namespaces need root and the program ip";
        using var process = Process.Start(new Command("unshare", "--net", "ip", "link", "add", "x", "type", "veth", "peer", "name", "y").ToStartInfo())!;
        process.WaitForExit();
        return process.ExitCode == 0 ? null : "this machine allows no network namespaces with cables";
    }
}
