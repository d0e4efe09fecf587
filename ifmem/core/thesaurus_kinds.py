"""Wider words, each with the narrower ones that answer for it. `core.thesaurus` says how they are read."""

from __future__ import annotations

KINDS = """
    accommodation: apartment cabin hostel hotel house motel villa; alcohol: beer brandy champagne cider gin rum
    vodka whisky wine; animal: bird cat chicken cow dog fish goat horse pig rabbit sheep turtle; appliance:
    dishwasher dryer freezer fridge kettle microwave oven toaster vacuum; archive: gzip tar zip; art: drawing
    painting photography pottery sculpture sketch; athlete: cyclist footballer gymnast runner skier swimmer; bird:
    chicken duck eagle goose owl parrot pigeon robin sparrow; boat: canoe ferry kayak sailboat ship yacht; browser:
    chrome firefox safari; celebration: anniversary baptism birthday christmas graduation wedding; child: daughter
    son stepdaughter stepson; clothes: blouse coat dress hat jacket jeans shirt skirt socks sweater trousers; color:
    black blue brown green orange pink purple red white yellow; colour: black blue brown green orange pink purple
    red white yellow; compression: brotli deflate gzip zstd; container: docker kubernetes podman; craft: carpentry
    crochet embroidery knitting pottery quilting sewing weaving woodworking; crime: arson assault burglary fraud
    murder robbery theft; currency: dollar euro franc krona pound yen; cutlery: fork knife spoon; dance: ballet
    ballroom salsa tango waltz; database: mariadb mongodb mysql oracle postgres postgresql sqlite; dessert: cake
    cheesecake cookie pie pudding tiramisu; disaster: avalanche earthquake flood hurricane tornado tsunami wildfire;
    disease: arthritis asthma cancer diabetes flu malaria measles pneumonia tuberculosis; doctor: cardiologist
    dentist dermatologist pediatrician psychiatrist surgeon; drink: beer coffee cola juice lemonade milk tea water
    wine; drug: amphetamine cannabis cocaine heroin marijuana; encoding: ascii latin unicode utf; fabric: cotton
    denim leather linen silk velvet wool; fish: cod herring salmon shark trout tuna; flower: daffodil daisy lily
    orchid rose sunflower tulip; food: bread burger cheese meat pasta pizza rice salad sandwich soup sushi; fruit:
    apple banana berry cherry grape lemon mango orange peach pear strawberry; fuel: coal diesel gasoline oil petrol;
    furniture: armchair bed bookcase chair desk dresser shelf sofa table wardrobe; game: chess monopoly poker puzzle
    scrabble; genre: comedy drama fantasy horror mystery romance thriller; grandparent: grandfather grandma
    grandmother grandpa; hobby: baking dancing fishing gardening knitting painting photography sewing; holiday:
    christmas easter halloween hanukkah thanksgiving; injury: bruise concussion fracture sprain; insect: ant bee
    beetle butterfly mosquito spider wasp; instrument: cello clarinet drums flute guitar harp piano saxophone
    trumpet ukulele violin; jewellery: bracelet brooch earring necklace pendant ring; jewelry: bracelet brooch
    earring necklace pendant ring; job: accountant carpenter chef engineer lawyer mechanic nurse plumber secretary
    teacher waiter; kid: daughter son; language: arabic chinese english french german italian japanese portuguese
    russian spanish swedish; markup: html markdown rst xml; meal: breakfast brunch dinner lunch supper; meat: bacon
    beef chicken ham lamb pork sausage steak turkey; medicine: antibiotic aspirin ibuprofen insulin painkiller
    paracetamol vaccine; metal: aluminium bronze copper gold iron silver steel; music: blues classical jazz opera
    punk rap reggae; musician: cellist drummer guitarist pianist saxophonist singer violinist; organ: brain heart
    kidney liver lung stomach; parent: father mother stepfather stepmother; partner: boyfriend fiance girlfriend
    husband spouse wife; pest: aphid caterpillar mite mouse rat slug snail; pet: budgie cat dog hamster kitten
    parrot puppy rabbit turtle; plant: bush cactus fern flower herb shrub succulent tree vegetable; reading:
    biography comic magazine memoir newspaper novel; relative: aunt cousin nephew niece uncle; religion: buddhism
    catholic christian hindu islam judaism muslim; reptile: crocodile lizard snake tortoise turtle; room: bathroom
    bedroom cellar hall kitchen lounge; royal: king prince princess queen; school: academy college gymnasium
    kindergarten nursery university; season: autumn spring summer winter; serialization: json msgpack pickle yaml;
    shell: bash powershell zsh; shoe: boot sandal slipper sneaker; sibling: brother sister twin; signal: sighup
    sigint sigkill sigterm; sport: badminton baseball basketball cricket football golf hockey rugby soccer swimming
    tennis volleyball; subject: biology chemistry geography literature mathematics philosophy physics psychology;
    tool: drill hammer rake screwdriver shovel spade spanner; toy: doll lego puzzle teddy; transport: bicycle bus
    car ferry flight plane taxi train tram; tree: birch cherry fir maple oak pine willow; vegetable: broccoli
    cabbage carrot cucumber lettuce onion potato spinach tomato; vehicle: ambulance bike bus car lorry motorcycle
    scooter tractor truck van; weapon: bomb gun knife pistol rifle sword; weather: cloudy fog frost rain snow storm
    sunny wind; weekend: saturday sunday; workout: aerobics jogging pilates swimming weightlifting yoga; worship:
    cathedral chapel church mosque synagogue temple
"""
