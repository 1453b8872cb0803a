Console.WriteLine("postern-agent");
