namespace Postern.Conformance.Support;

/// <summary>Our agent. Where the machine allows it, what it changes outside its folder (the user it makes) stays private to it.</summary>
internal sealed class OurNode : Node
{
    private OurNode(Gateway gateway, string folder, CuttableProxy? network) : base(gateway, folder, network)
    {
    }

    public static async Task<OurNode> StartAsync(Gateway gateway, CuttableProxy? network = null)
    {
        var node = new OurNode(gateway, Repository.MakeFolder("node"), network);
        await node.RegisterAndStartAsync();
        return node;
    }

    protected override Task RegisterAsync(string activationId, string activationCode) => Child.OutputOfAsync(new(
        Repository.Program("postern-agent"), "register", "--endpoint", Endpoint, "--ca", Gateway.CaFile, "--data", Folder,
        "--activation-id", activationId, "--activation-code", activationCode));

    protected override Command RunCommand()
    {
        var run = new Command(Repository.Program("postern-agent"), "run", "--data", Folder);
        return PrivateRoot.Allowed ? PrivateRoot.Around(run) : run;
    }
}
