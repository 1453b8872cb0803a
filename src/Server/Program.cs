Console.WriteLine("postern-server");
